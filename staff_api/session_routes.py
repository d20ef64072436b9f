"""Sign-in of staff: /staff/api/v1/session."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from backend.access.staff_sessions import SignedIn, StaffSessions
from backend.core.callers import Caller, open_to
from staff_api.console_parts import PART_NAMES, ConsoleParts
from staff_api.guard import StaffGuard, allow_with_old_password, get_signed_in

_PASSWORD = validate.Length(1, 200)


class SignInSchema(Schema):
    """What somebody types to sign in."""

    username = fields.String(required=True, validate=validate.Length(1, 64))
    password = fields.String(required=True, validate=_PASSWORD)


class PasswordChangeSchema(Schema):
    """The old password and the one to come."""

    old_password = fields.String(required=True, validate=_PASSWORD)
    new_password = fields.String(required=True, validate=_PASSWORD)


class SignedInSchema(Schema):
    """Who is signed in, the parts of the console they have, and what a change brings in ``X-CSRF-Token``."""

    name = fields.String(required=True)
    username = fields.String(required=True)
    unit_code = fields.String(required=True)
    unit_name = fields.String(required=True)
    positions = fields.List(fields.String(), required=True)
    departments = fields.List(fields.String(), required=True)
    must_change_password = fields.Boolean(required=True)
    presence = fields.String(required=True, validate=validate.OneOf(("on_duty", "absent")))
    absent_from = fields.Date(required=True, allow_none=True)
    absent_until = fields.Date(required=True, allow_none=True)
    parts = fields.List(fields.String(validate=validate.OneOf(PART_NAMES)), required=True)
    csrf_token = fields.String(required=True)


def make_session_routes(sessions: StaffSessions, guard: StaffGuard, parts: ConsoleParts) -> Blueprint:
    """Return the routes of the staff session."""
    routes = Blueprint("staff session", __name__, url_prefix="/staff/api/v1/session")

    def describe(signed_in: SignedIn) -> dict[str, Any]:
        member = signed_in.member
        return {
            "name": member.name,
            "username": member.username,
            "unit_code": member.unit_code,
            "unit_name": member.unit_name,
            "positions": sorted(member.positions),
            "departments": sorted(member.departments),
            "must_change_password": member.must_change_password,
            "presence": member.presence,
            "absent_from": member.absent_from,
            "absent_until": member.absent_until,
            "parts": parts.list_parts(member),
            "csrf_token": signed_in.csrf_token,
        }

    @routes.post("")
    @open_to(Caller.ANYONE)
    @routes.arguments(SignInSchema)
    @routes.response(201, SignedInSchema)
    def sign_in(typed: dict[str, str]) -> tuple[Response, int]:
        """Sign in by user name and password; sets the session's cookie."""
        signed_in = sessions.sign_in(typed["username"], typed["password"])
        response = jsonify(SignedInSchema().dump(describe(signed_in)))
        guard.set_cookie(response, signed_in.token)
        return response, 201

    @routes.get("")
    @open_to(Caller.STAFF)
    @allow_with_old_password
    @routes.response(200, SignedInSchema)
    def tell_session() -> dict[str, Any]:
        """Tell who is signed in."""
        return describe(get_signed_in())

    @routes.delete("")
    @open_to(Caller.STAFF)
    @allow_with_old_password
    @routes.response(204)
    def sign_out() -> Response:
        """Sign out; the cookie is taken away."""
        sessions.sign_out(get_signed_in().token)
        response = Response(status=204)
        guard.clear_cookie(response)
        return response

    @routes.post("/password")
    @open_to(Caller.STAFF)
    @allow_with_old_password
    @routes.arguments(PasswordChangeSchema)
    @routes.response(204)
    def change_password(typed: dict[str, str]) -> None:
        """Change the password; all other sessions of this person end."""
        sessions.change_password(get_signed_in(), typed["old_password"], typed["new_password"])

    return routes
