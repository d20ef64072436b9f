"""The signed-in customer: /api/v1/me."""

from __future__ import annotations

from typing import Any

from flask_limiter import Limiter
from flask_smorest import Blueprint

from backend.access.customer_sign_in import CustomerSignIn
from backend.core.callers import Caller, open_to
from miniprogram_api.customer_schemas import MeSchema, PhoneProofSchema, WechatCodeSchema, describe_me
from miniprogram_api.guard import get_customer
from miniprogram_api.session_routes import SESSIONS_LIMIT


def make_me_routes(sign_in: CustomerSignIn, limiter: Limiter) -> Blueprint:
    """Return the routes of the customer's own record."""
    routes = Blueprint("customer", __name__, url_prefix="/api/v1/me")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, MeSchema)
    def tell_me() -> dict[str, Any]:
        """Tell who is signed in."""
        return describe_me(sign_in.tell_customer(get_customer().customer_id))

    @routes.post("/phone/wechat")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(WechatCodeSchema)
    @routes.response(200, MeSchema)
    def bind_phone_by_wechat(typed: dict[str, str]) -> dict[str, Any]:
        """Take over the phone that WeChat has verified."""
        return describe_me(sign_in.bind_phone_by_wechat(get_customer().customer_id, typed["code"]))

    @routes.post("/phone/sms")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(PhoneProofSchema)
    @routes.response(200, MeSchema)
    def bind_phone_by_sms(typed: dict[str, str]) -> dict[str, Any]:
        """Take over a phone proved by a code."""
        customer_id = get_customer().customer_id
        return describe_me(sign_in.bind_phone_by_sms(customer_id, typed["phone"], typed["code"]))

    return routes
