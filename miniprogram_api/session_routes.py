"""Sign-in of customers: /api/v1/sms-codes and /api/v1/sessions."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_limiter import Limiter
from flask_smorest import Blueprint

from backend.access.customer_sessions import CustomerSessions, SignedInCustomer
from backend.access.customer_sign_in import STATE_GOOD_FOR, CustomerSignIn
from backend.access.sms_codes import SmsCodePromise
from backend.core.callers import Caller, open_to
from miniprogram_api.customer_schemas import (
    MiniSignInSchema,
    PhoneSignInSchema,
    RefreshSchema,
    SmsCodePromiseSchema,
    SmsCodeRequestSchema,
    TokensSchema,
    WebSignInQuerySchema,
    WebSignInRequestSchema,
    WebSignInStartSchema,
    WebTokensSchema,
    describe_me,
)
from miniprogram_api.guard import get_customer

# Per address. Many phones share one address of a mobile network, so these only stop machines; the limits of
# a phone and of a code are the strict ones.
SMS_CODES_LIMIT = "20 per minute; 200 per hour"
SESSIONS_LIMIT = "60 per minute"
REFRESH_LIMIT = "120 per minute"
BROWSER_COOKIE = "hall_web_sign_in"
_PATH = "/api/v1/sessions"


def make_customer_session_routes(
    sign_in: CustomerSignIn, sessions: CustomerSessions, limiter: Limiter, over_https: bool
) -> Blueprint:
    """Return the routes of codes and sessions. Over HTTPS the web sign-in's cookie goes nowhere else."""
    routes = Blueprint("customer session", __name__, url_prefix="/api/v1")

    @routes.post("/sms-codes")
    @open_to(Caller.ANYONE)
    @limiter.limit(SMS_CODES_LIMIT)
    @routes.arguments(SmsCodeRequestSchema)
    @routes.response(202, SmsCodePromiseSchema)
    def request_sms_code(typed: dict[str, str]) -> SmsCodePromise:
        """Have a code sent; the answer is the same for known and unknown phones."""
        return sign_in.request_sms_code(typed["phone"], typed["purpose"])

    @routes.post("/sessions/sms")
    @open_to(Caller.ANYONE)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(PhoneSignInSchema)
    @routes.response(201, TokensSchema)
    def sign_in_by_sms(typed: dict[str, Any]) -> dict[str, Any]:
        """Sign in, or up, by a code sent to a phone."""
        return _describe(sign_in.by_sms(typed["phone"], typed["code"], typed["agreed_version"]))

    @routes.post("/sessions/wechat-mini")
    @open_to(Caller.ANYONE)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(MiniSignInSchema)
    @routes.response(201, TokensSchema)
    def sign_in_by_mini_program(typed: dict[str, Any]) -> dict[str, Any]:
        """Sign in, or up, by the mini-program's code."""
        return _describe(sign_in.by_mini_code(typed["code"], typed["agreed_version"]))

    @routes.get("/sessions/wechat-web/start")
    @open_to(Caller.ANYONE)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(WebSignInQuerySchema, location="query")
    @routes.response(200, WebSignInStartSchema)
    def start_web_sign_in(typed: dict[str, str]) -> Response:
        """Begin a web authorisation; a cookie binds it to this browser."""
        started = sign_in.start_web(typed["return_to"], request.host_url.rstrip("/"))
        response = jsonify(authorize_url=started.authorize_url)
        response.set_cookie(
            BROWSER_COOKIE,
            started.browser_token,
            max_age=STATE_GOOD_FOR,
            path=_PATH,
            secure=over_https,
            httponly=True,
            samesite="Lax",
        )
        return response

    @routes.post("/sessions/wechat-web")
    @open_to(Caller.ANYONE)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(WebSignInRequestSchema)
    @routes.response(201, WebTokensSchema)
    def finish_web_sign_in(typed: dict[str, Any]) -> dict[str, Any]:
        """Sign in, or up, with what WeChat's web authorisation brought back to this browser."""
        browser = request.cookies.get(BROWSER_COOKIE, "")
        done = sign_in.by_web_code(typed["code"], typed["state"], browser, typed["agreed_version"])
        return {**_describe(done.signed_in), "return_to": done.return_to}

    @routes.post("/sessions/refresh")
    @open_to(Caller.ANYONE)
    @limiter.limit(REFRESH_LIMIT)
    @routes.arguments(RefreshSchema)
    @routes.response(201, TokensSchema)
    def refresh(typed: dict[str, str]) -> dict[str, Any]:
        """Exchange a refresh token for a new pair."""
        return _describe(sessions.refresh(typed["refresh_token"]))

    @routes.delete("/sessions/current")
    @open_to(Caller.CUSTOMER)
    @routes.response(204)
    def sign_out() -> None:
        """End this session with all its tokens."""
        sessions.sign_out(get_customer().session_id)

    return routes


def _describe(signed_in: SignedInCustomer) -> dict[str, Any]:
    return {
        "access_token": signed_in.access_token,
        "expires_in": signed_in.expires_in,
        "refresh_token": signed_in.refresh_token,
        "customer": describe_me(signed_in.customer),
    }
