"""Access tokens of customers: signed, 15 minutes, with the session they belong to (design, decision 10)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import jwt

from backend.core.errors import Unauthenticated

LIFETIME = timedelta(minutes=15)
_ALGORITHM = "HS256"
# A token made for another purpose with the same key must not open this door.
_AUDIENCE = "customer"


@dataclass(frozen=True, slots=True)
class CustomerCaller:
    """Who calls: a customer in one signed-in session."""

    customer_id: int
    session_id: int


class AccessTokens:
    """Makes and reads access tokens; ``secret_key`` signs them."""

    def __init__(self, secret_key: str) -> None:
        self._secret_key = secret_key

    def make(self, caller: CustomerCaller, now: datetime) -> str:
        """Return a token for ``caller`` that is good for LIFETIME from ``now``."""
        claims = {
            # The library rejects a number here.
            "sub": str(caller.customer_id),
            "sid": caller.session_id,
            "aud": _AUDIENCE,
            "exp": int((now + LIFETIME).timestamp()),
        }
        return jwt.encode(claims, self._secret_key, _ALGORITHM)

    def read(self, token: str, now: datetime) -> CustomerCaller:
        """Return whose token this is; raises Unauthenticated (``token_expired`` or ``not_signed_in``)."""
        try:
            claims = jwt.decode(
                token,
                self._secret_key,
                [_ALGORITHM],
                audience=_AUDIENCE,
                # The caller's clock decides below, so that time has one source.
                options={"verify_exp": False, "require": ["sub", "sid", "aud", "exp"]},
            )
            caller = CustomerCaller(int(claims["sub"]), int(claims["sid"]))
            expires = int(claims["exp"])
        except (jwt.InvalidTokenError, ValueError) as error:
            raise Unauthenticated("not_signed_in") from error
        if now.timestamp() >= expires:
            raise Unauthenticated("token_expired")
        return caller
