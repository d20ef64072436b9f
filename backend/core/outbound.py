"""HTTP to outside platforms: a session that goes to the base URL of the settings, and what errors mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError

# A platform that takes longer than this to accept a connection is not there.
CONNECT_SECONDS = 3.0
_POOL_SIZE = 50
# The code of a call of which nothing had left.
NOT_REACHED = "not_reached"
# Nothing had been written to the platform when these were raised.
_BEFORE_SENDING = (NewConnectionError, ConnectTimeoutError)


class _BaseUrlAdapter(HTTPAdapter):
    """Sends each request to ``base_url`` in place of the host that a vendor's library has built in."""

    def __init__(self, base_url: str, answer_seconds: float) -> None:
        self._base, self._timeout = urlsplit(base_url), (CONNECT_SECONDS, answer_seconds)
        super().__init__(pool_maxsize=_POOL_SIZE)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """Send ``request``, to the base URL's host."""
        asked = urlsplit(str(request.url))
        request.url = asked._replace(
            scheme=self._base.scheme, netloc=self._base.netloc, path=self._base.path + asked.path
        ).geturl()
        # The libraries leave out the time limit on some calls; none may hang for ever.
        return super().send(request, stream, timeout or self._timeout, verify, cert, proxies)


def make_session(base_url: str, answer_seconds: float) -> requests.Session:
    """Return a session whose requests all go to ``base_url``, whatever host they name.

    ``answer_seconds`` is how long each may wait for its answer, where the request sets no limit of its own.
    """
    session = requests.Session()
    # Looking for proxies and .netrc in the environment costs more than the call itself.
    session.trust_env = False
    adapter = _BaseUrlAdapter(base_url, answer_seconds)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def was_never_sent(error: BaseException | None) -> bool:
    """Tell whether ``error`` came before anything of the request had left, so that nothing happened."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reasons: list[Any] = list(error.args) if isinstance(error, requests.ConnectionError) else []
    for reason in reasons:
        cause = reason.reason if isinstance(reason, MaxRetryError) else reason
        if isinstance(cause, HTTPError) and isinstance(cause, _BEFORE_SENDING):
            return True
    return False


def name_failure(error: BaseException | None) -> str:
    """Return a short code for a call without an answer. The error's own text holds addresses with secrets."""
    if was_never_sent(error):
        return NOT_REACHED
    return "timeout" if isinstance(error, requests.Timeout) else "broken_off"
