"""The access token of an app, shared by all processes over Redis, with one refresher at a time."""

from __future__ import annotations

import time
from typing import Any

import requests
import structlog
from redis import Redis
from redis.exceptions import RedisError

from backend.core.outbound import CONNECT_SECONDS, name_failure
from backend.core.outcomes import PlatformRefused, PlatformUnavailable, Verdict, judge_code
from backend.wechat.codes import CODES, PLATFORM

# WeChat makes a new token five minutes before the end, and the old one stays good meanwhile.
RENEW_BEFORE_SECONDS = 300
_log = structlog.get_logger(__name__)


class SharedToken:
    """The stable token of one app.

    Where Redis does not answer, the process asks WeChat itself: a stable token asked for twice is the same
    one, so that costs a call and breaks nothing.
    """

    def __init__(
        self, app_id: str, secret: str, http: requests.Session, answer_seconds: float, redis: Redis
    ) -> None:
        self._app_id, self._secret, self._http, self._redis = app_id, secret, http, redis
        self._key = f"wechat:token:{app_id}"
        # Longer than two calls can take, so that no second refresher starts while the first one waits.
        self._lock_seconds = (CONNECT_SECONDS + answer_seconds) * 2 + 2
        self._own, self._own_until = "", 0.0

    def get(self) -> str:
        """Return a token. Raises PlatformUnavailable and PlatformRefused."""
        return self._find(bad="")

    def renew(self, bad: str) -> str:
        """Return another token than ``bad``, which WeChat no longer takes. Raises as ``get`` does."""
        return self._find(bad)

    def _find(self, bad: str) -> str:
        if self._own not in ("", bad) and time.monotonic() < self._own_until:
            return self._own
        try:
            return self._find_shared(bad)
        except RedisError as error:
            _log.warning("wechat_token_without_redis", error=type(error).__name__)
        token, seconds = self._fetch(bad)
        # Redis is not asked again before this one ends, so that its absence slows down one call alone.
        self._own, self._own_until = token, time.monotonic() + seconds
        return token

    def _find_shared(self, bad: str) -> str:
        token = self._read_shared()
        if token not in ("", bad):
            return token
        wait = self._lock_seconds
        lock = self._redis.lock(f"{self._key}:lock", timeout=wait, blocking_timeout=wait, sleep=0.05)
        if not lock.acquire():
            raise PlatformUnavailable(PLATFORM, "token_lock")
        try:
            # Whoever held the lock before us has most likely left a good one.
            token = self._read_shared()
            if token in ("", bad):
                token, seconds = self._fetch(bad)
                self._redis.set(self._key, token, ex=seconds)
            return token
        finally:
            self._release(lock)

    def _read_shared(self) -> str:
        stored: Any = self._redis.get(self._key)
        return stored.decode() if isinstance(stored, bytes) else str(stored or "")

    @staticmethod
    def _release(lock: Any) -> None:  # noqa: ANN401 - redis-py does not export the type of its locks
        try:
            lock.release()
        except RedisError:
            _log.warning("wechat_token_lock_lost")

    def _fetch(self, bad: str) -> tuple[str, int]:
        token, seconds = self._ask(force=False)
        if bad and token == bad:
            # WeChat itself still believes in the token that it refused.
            token, seconds = self._ask(force=True)
        return token, max(60, seconds - RENEW_BEFORE_SECONDS)

    def _ask(self, *, force: bool) -> tuple[str, int]:
        body = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._secret,
            "force_refresh": force,
        }
        try:
            response = self._http.post("https://api.weixin.qq.com/cgi-bin/stable_token", json=body)
            answer = response.json() if response.status_code == 200 else {}
        except requests.RequestException as error:
            # The error's text and cause hold addresses; nothing of them goes on.
            raise PlatformUnavailable(PLATFORM, name_failure(error)) from None
        if isinstance(answer, dict) and answer.get("access_token"):
            return str(answer["access_token"]), int(answer.get("expires_in", 7200))
        code = answer.get("errcode") if isinstance(answer, dict) else None
        if code is None:
            raise PlatformUnavailable(PLATFORM, f"http_{response.status_code}")
        if judge_code(PLATFORM, CODES, int(code)) in (Verdict.BUSY, Verdict.UNKNOWN):
            raise PlatformUnavailable(PLATFORM, str(code))
        raise PlatformRefused(PLATFORM, str(code))
