"""The customer's account erased, for good: /api/v1/me/erasure."""

from __future__ import annotations

from flask_limiter import Limiter
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.access.sms_codes import SmsCodePromise
from backend.cases.erasure import CustomerErasure, ErasureView
from backend.core.callers import Caller, open_to
from miniprogram_api.customer_schemas import SmsCodePromiseSchema
from miniprogram_api.guard import get_customer
from miniprogram_api.session_routes import SESSIONS_LIMIT, SMS_CODES_LIMIT


class ErasureSchema(Schema):
    """What stands against it; ``phone_masked`` is where the code goes, null where none is asked for."""

    open_cases = fields.Integer(required=True)
    owned_accounts = fields.List(fields.String(), required=True)
    phone_masked = fields.String(required=True, allow_none=True)


class ErasureProofSchema(Schema):
    """The code that was sent to the customer's phone."""

    code = fields.String(load_default="", validate=validate.Length(max=10))


def make_erasure_routes(erasure: CustomerErasure, limiter: Limiter) -> Blueprint:
    """Return the routes; who came by a link to one case does not get them."""
    routes = Blueprint("erasure", __name__, url_prefix="/api/v1/me/erasure")

    @routes.get("")
    @open_to(Caller.CUSTOMER)
    @routes.response(200, ErasureSchema)
    def tell_erasure() -> ErasureView:
        """Tell what stands against erasing the account."""
        return erasure.tell(get_customer().customer_id)

    @routes.post("/code")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(SMS_CODES_LIMIT)
    @routes.response(202, SmsCodePromiseSchema)
    def request_code() -> SmsCodePromise:
        """Have a code sent to the customer's own phone."""
        return erasure.request_code(get_customer().customer_id)

    @routes.post("")
    @open_to(Caller.CUSTOMER)
    @limiter.limit(SESSIONS_LIMIT)
    @routes.arguments(ErasureProofSchema)
    @routes.response(204)
    def erase(proof: dict[str, str]) -> None:
        """Erase the account; every session ends."""
        erasure.erase(get_customer().customer_id, proof["code"])

    return routes
