"""Every customer route passes here: the access token in the Authorization header, and its session.

Whoever came by a link of a text message brings the link instead: ``Bearer link.<token>.<device>``. It opens
the routes that say so, for its one case alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from flask import Flask, current_app, g, request

from backend.access.access_tokens import AccessTokens, CustomerCaller
from backend.access.customer_sessions import CustomerSessions
from backend.cases.case_links import CaseLinks
from backend.core.callers import Caller, View, caller_of
from backend.core.errors import NotFound, Unauthenticated

LINK_PREFIX = "link."
_TO_LINKS = "_open_to_links"
# No row of sessions has this number.
_NO_SESSION = 0


def open_to_links(view: View) -> View:
    """Let whoever came by a case's link call this route of customers; of a case, only its own."""
    setattr(view, _TO_LINKS, True)
    return view


class CustomerGuard:
    """Checks requests to routes that are open to customers.

    The session is looked up at every request, so that signing out, a stolen refresh token and a merge of two
    customers tell at once and not only when the access token has run out.
    """

    def __init__(
        self,
        tokens: AccessTokens,
        sessions: CustomerSessions,
        links: CaseLinks | None,
        now: Callable[[], datetime],
    ) -> None:
        self._tokens = tokens
        self._sessions = sessions
        self._links = links
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
        g.by_link = token.startswith(LINK_PREFIX)
        if g.by_link:
            g.customer = self._read_link(token, getattr(view, _TO_LINKS, False))
            return
        caller = self._tokens.read(token.strip(), self._now())
        self._sessions.confirm(caller)
        g.customer = caller

    def _read_link(self, bearer: str, is_open: bool) -> CustomerCaller:
        _, token, device = (*bearer.split("."), "", "")[:3]
        if not is_open or self._links is None or not token or not device:
            raise Unauthenticated("not_signed_in")
        linked = self._links.confirm(token, device)
        asked = (request.view_args or {}).get("case_no", linked.case_no)
        if asked != linked.case_no:
            raise NotFound
        return CustomerCaller(linked.customer_id, _NO_SESSION)


def get_customer() -> CustomerCaller:
    """Return who calls; only for routes that are open to customers."""
    caller: CustomerCaller = g.customer
    return caller


def name_session() -> str:
    """Return a key of the session that calls; a link stands for one as long as its device has it."""
    if not came_by_link():
        return f"session:{get_customer().session_id}"
    return f"link:{hashlib.sha256(request.headers.get('Authorization', '').encode()).hexdigest()}"


def came_by_link() -> bool:
    """Tell whether the caller has no account open here, but a link to this one case."""
    return bool(g.by_link)
