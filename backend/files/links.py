"""Signed, short-lived links to the content of files; the signature is the authorisation."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final, Literal
from urllib.parse import urlencode

from backend.core.errors import Forbidden, NotFound

FileVariant = Literal["original", "shown", "thumb"]

LIFETIME: Final = timedelta(minutes=10)
# Links made within one such span are equal, so that a page that refreshes itself loads no picture twice.
_SPAN_SECONDS: Final = 300
PATH: Final = "/api/v1/files/{file_key}/content"


class FileLinks:
    """Makes and checks links. The key is derived from ``secret_key`` for this purpose alone.

    A link is bound to ``bound_to``: the case that has claimed the file (``case:<id>``), before that its
    owner. Once a case claims the file, the links of before end. A photo of somebody is sent to ``viewer``,
    whose name stands over it; the link is good with that viewer alone.
    """

    def __init__(self, secret_key: str) -> None:
        self._key = hmac.digest(secret_key.encode(), b"file links", hashlib.sha256)

    def make(
        self, file_key: str, variant: FileVariant, bound_to: str, now: datetime, viewer: str = ""
    ) -> str:
        """Return a link, without host, that is good for at least LIFETIME and five minutes more at most."""
        latest = int((now + LIFETIME).timestamp()) + _SPAN_SECONDS
        expires = latest - latest % _SPAN_SECONDS
        sign = self._sign(file_key, variant, bound_to, expires, viewer)
        query = {"v": variant, "expires": expires, "sign": sign} | ({"viewer": viewer} if viewer else {})
        return f"{PATH.format(file_key=file_key)}?{urlencode(query)}"

    def check(
        self,
        file_key: str,
        variant: FileVariant,
        bound_to: str,
        expires: int,
        sign: str,
        now: datetime,
        viewer: str = "",
    ) -> None:
        """Raise NotFound for a signature that is not ours, Forbidden ``link_expired`` for an old link."""
        expected = self._sign(file_key, variant, bound_to, expires, viewer)
        if not hmac.compare_digest(expected.encode(), sign.encode()):
            raise NotFound
        if now.timestamp() >= expires:
            raise Forbidden("link_expired")

    def _sign(self, file_key: str, variant: str, bound_to: str, expires: int, viewer: str) -> str:
        text = "\0".join((file_key, variant, bound_to, str(expires), *([viewer] if viewer else [])))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()
