"""Long computing beside the greenlets: one upload must not make every socket of the process wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent
from gevent import monkey

Result = TypeVar("Result")


def compute_aside(function: Callable[[], Result]) -> Result:
    """Return what ``function`` returns; in a gevent worker it runs in a real thread of the hub's pool.

    ``function`` must touch no connection, lock or request of the caller. Exceptions pass through.
    """
    if not monkey.is_module_patched("threading"):
        return function()
    result: Result = gevent.get_hub().threadpool.apply(function)
    return result
