"""Every customer route passes here: the access token in the Authorization header, and its session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app, g, request

from backend.access.access_tokens import AccessTokens, CustomerCaller
from backend.access.customer_sessions import CustomerSessions
from backend.core.callers import Caller, caller_of
from backend.core.errors import Unauthenticated


class CustomerGuard:
    """Checks requests to routes that are open to customers.

    The session is looked up at every request, so that signing out, a stolen refresh token and a merge of two
    customers tell at once and not only when the access token has run out.
    """

    def __init__(self, tokens: AccessTokens, sessions: CustomerSessions, now: Callable[[], datetime]) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._now = now

    def install(self, app: Flask) -> None:
        """Check every request to a route that is open to customers."""
        app.before_request(self._check)

    def _check(self) -> None:
        view = current_app.view_functions.get(request.endpoint or "")
        if view is None or caller_of(view) is not Caller.CUSTOMER:
            return
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token:
            raise Unauthenticated("not_signed_in")
        caller = self._tokens.read(token.strip(), self._now())
        self._sessions.confirm(caller)
        g.customer = caller


def get_customer() -> CustomerCaller:
    """Return who calls; only for routes that are open to customers."""
    caller: CustomerCaller = g.customer
    return caller
