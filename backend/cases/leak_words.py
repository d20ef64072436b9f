"""What people write who smell gas: one list, for the client that asks them and the mark that staff see.

Both patterns are read by Python and by JavaScript, so they use what is the same in both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

SIGNS: Final = (
    r"漏气|跑气|漏煤气|漏燃气|漏天然气|[煤燃]气味|天然气味|瓦斯味|臭鸡蛋|异味|臭味|嘶嘶|一氧化碳|煤气中毒|着火|起火|爆炸"
    r"|报警器.{0,6}(响|叫)"
)
# What denies a sign, or only speaks of looking for one.
DENIED: Final = (
    r"(没有?|不|无|未)(有)?(闻到|发现|感觉到?)?(什么|任何)?(漏气|跑气|[煤燃]气味|天然气味|异味|臭味|着火|起火)"
    r"|(检测?|查|测)(一下|一查)?(是否|有没有)?(漏气|跑气)"
)
# Case data of what was sent all the same.
LEAK_WORDS: Final = "leak_words"
_SIGNS, _DENIED = re.compile(SIGNS), re.compile(DENIED)


def sounds_like_leak(values: Mapping[str, Any]) -> bool:
    """Tell whether the words of a form sound like a leak; only text counts."""
    words = (one for one in values.values() if isinstance(one, str))
    return any(_SIGNS.search(_DENIED.sub("", one)) is not None for one in words)
