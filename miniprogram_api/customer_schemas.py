"""What the sign-in routes take and tell, named like the types of the clients."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from backend.core.masking import mask_name, mask_phone
from backend.customers.service import CustomerView

_PHONE = validate.Length(1, 30)
_SMS_CODE = validate.Regexp(r"^[0-9]{6}\Z")
# Codes of WeChat are short; what is longer is somebody's attempt.
_WECHAT_CODE = validate.Length(1, 256)


class SmsCodeRequestSchema(Schema):
    """A phone that a code is to be sent to, and what the code is for."""

    phone = fields.String(required=True, validate=_PHONE)
    purpose = fields.String(required=True, validate=validate.OneOf(("sign_in", "bind_phone")))


class SmsCodePromiseSchema(Schema):
    """When another code may be asked for, and how long this one is good, in seconds."""

    resend_after_seconds = fields.Integer(required=True)
    expires_in_seconds = fields.Integer(required=True)


class AgreementSchema(Schema):
    """Which version of the privacy notice the customer agreed to on the way in."""

    agreed_version = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(1, 99_999))


class PhoneProofSchema(Schema):
    """A phone with the code that it received."""

    phone = fields.String(required=True, validate=_PHONE)
    code = fields.String(required=True, validate=_SMS_CODE)


class WechatCodeSchema(Schema):
    """A code that WeChat gave the client."""

    code = fields.String(required=True, validate=_WECHAT_CODE)


class PhoneSignInSchema(PhoneProofSchema, AgreementSchema):
    """A sign-in by a code sent to a phone."""


class MiniSignInSchema(WechatCodeSchema, AgreementSchema):
    """A sign-in by the mini-program's code."""


class WebSignInRequestSchema(WechatCodeSchema, AgreementSchema):
    """What WeChat's web authorisation brought back."""

    state = fields.String(required=True, validate=validate.Regexp(r"^[0-9A-Za-z]{1,128}\Z"))


class WebSignInQuerySchema(Schema):
    """Where the client wants to go on after the sign-in: a path of this site."""

    return_to = fields.String(load_default="/", validate=validate.Length(1, 200))


class WebSignInStartSchema(Schema):
    """Where the browser goes now."""

    authorize_url = fields.String(required=True)


class RefreshSchema(Schema):
    """A refresh token; it is good for one use."""

    refresh_token = fields.String(required=True, validate=validate.Length(1, 200))


class MeSchema(Schema):
    """The customer as their own screens show them; ``name`` and ``phone`` in full fill in their forms."""

    display_name = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    phone_masked = fields.String(required=True, allow_none=True)
    phone_verified = fields.Boolean(required=True)


class TokensSchema(Schema):
    """A signed-in session: the access token for ``expires_in`` seconds and the token that renews it."""

    access_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    refresh_token = fields.String(required=True)
    customer = fields.Nested(MeSchema, required=True)


class WebTokensSchema(TokensSchema):
    """Tokens of a web authorisation, with the path that it was begun for."""

    return_to = fields.String(required=True)


def describe_me(customer: CustomerView) -> dict[str, Any]:
    """Return the customer as MeSchema tells it; without a name the phone's end, or plain words, stand in."""
    if customer.name:
        shown = mask_name(customer.name)
    else:
        shown = f"手机用户{customer.phone[-4:]}" if customer.phone else "微信用户"
    return {
        "display_name": shown,
        "name": customer.name,
        "phone": customer.phone,
        "phone_masked": mask_phone(customer.phone) if customer.phone else None,
        "phone_verified": customer.phone_verified,
    }
