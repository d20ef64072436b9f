"""Every staff route passes here: the session, the CSRF token of a change, the forced change of password."""

from __future__ import annotations

from flask import Flask, Response, current_app, g, request

from backend.access.staff_sessions import SignedIn, StaffSessions
from backend.core.callers import Caller, View, caller_of
from backend.core.errors import Forbidden, Unauthenticated
from backend.core.openapi import STAFF_CSRF, STAFF_SESSION

CSRF_HEADER = "X-CSRF-Token"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_WITH_OLD_PASSWORD = "_with_old_password"


def allow_with_old_password(view: View) -> View:
    """Let somebody call this route who must change the password first."""
    setattr(view, _WITH_OLD_PASSWORD, True)
    return view


class StaffGuard:
    """Checks staff requests and keeps the cookie. Over HTTPS the cookie is bound to this very host."""

    def __init__(self, sessions: StaffSessions, over_https: bool, forces_change: bool) -> None:
        self._sessions = sessions
        self._over_https = over_https
        self._forces_change = forces_change
        self.cookie_name = "__Host-hall_staff" if over_https else "hall_staff"

    def install(self, app: Flask) -> None:
        """Check every request to a route that is open to staff."""
        app.before_request(self._check)

    def describe(self) -> dict[str, dict[str, str]]:
        """Return what staff have to bring, as OpenAPI's security schemes."""
        return {
            STAFF_SESSION: {"type": "apiKey", "in": "cookie", "name": self.cookie_name},
            STAFF_CSRF: {"type": "apiKey", "in": "header", "name": CSRF_HEADER},
        }

    def set_cookie(self, response: Response, token: str) -> None:
        """Put the session's token into a cookie that scripts and other sites cannot use."""
        response.set_cookie(
            self.cookie_name, token, path="/", secure=self._over_https, httponly=True, samesite="Strict"
        )

    def clear_cookie(self, response: Response) -> None:
        """Take the cookie away."""
        response.delete_cookie(
            self.cookie_name, path="/", secure=self._over_https, httponly=True, samesite="Strict"
        )

    def _check(self) -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None or caller_of(view) is not Caller.STAFF:
            return
        token = request.cookies.get(self.cookie_name, "")
        if not token:
            raise Unauthenticated("not_signed_in")
        signed_in = self._sessions.find(token)
        if request.method not in _SAFE_METHODS and not self._sessions.is_csrf_token(
            token, request.headers.get(CSRF_HEADER, "")
        ):
            raise Forbidden("csrf_failed")
        must_change = self._forces_change and signed_in.member.must_change_password
        if must_change and not getattr(view, _WITH_OLD_PASSWORD, False):
            raise Forbidden("password_must_change")
        g.signed_in = signed_in


def get_signed_in() -> SignedIn:
    """Return who is signed in; only for routes that are open to staff."""
    signed_in: SignedIn = g.signed_in
    return signed_in


def require_post(*posts: str) -> SignedIn:
    """Return who is signed in where they hold one of ``posts``; raises Forbidden otherwise."""
    signed_in = get_signed_in()
    if not (signed_in.member.positions | signed_in.member.departments) & set(posts):
        raise Forbidden()
    return signed_in
