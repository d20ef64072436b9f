"""One-use tickets for the socket: a browser cannot send a header when it opens one (design, decision 11)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from redis import Redis
from redis.exceptions import RedisError

from backend.core.callers import Caller
from backend.core.errors import Unauthenticated, Unavailable
from backend.core.ids import hash_token, make_public_token

LIFETIME_SECONDS = 30


@dataclass(frozen=True, slots=True)
class SocketCaller:
    """Who is at the other end of a socket: a customer's or a staff member's id."""

    kind: Caller
    id: int


class SocketTickets:
    """Gives out tickets and takes each back once. Redis keeps only their hashes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def issue(self, caller: SocketCaller) -> str:
        """Return a new ticket; raises Unavailable without Redis, and the client then polls."""
        ticket = make_public_token()
        try:
            self._redis.set(_key(ticket), json.dumps([caller.kind.value, caller.id]), ex=LIFETIME_SECONDS)
        except RedisError as error:
            raise Unavailable("realtime_unavailable") from error
        return ticket

    def redeem(self, ticket: str) -> SocketCaller:
        """Return whose ticket it is and use it up; raises Unauthenticated or Unavailable."""
        try:
            kept = self._redis.getdel(_key(ticket))
        except RedisError as error:
            raise Unavailable("realtime_unavailable") from error
        if not isinstance(kept, bytes | str):
            raise Unauthenticated("ticket_used")
        kind, number = json.loads(kept)
        return SocketCaller(Caller(kind), int(number))


def _key(ticket: str) -> str:
    return f"hall:ticket:{hash_token(ticket).hex()}"
