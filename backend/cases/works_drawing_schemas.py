"""A drawing of works as both APIs tell it."""

from __future__ import annotations

from marshmallow import Schema, fields

from backend.files.schemas import FileViewSchema


class WorksDrawingSchema(Schema):
    """``sha256`` comes back with the signature and says which drawing was seen.

    ``amount_fen`` is the sum that is signed with it, null where none belongs to it.
    """

    name = fields.String(required=True)
    sha256 = fields.String(required=True)
    signed_at = fields.String(required=True, allow_none=True)
    to_sign = fields.Boolean(required=True)
    amount_fen = fields.Integer(required=True, allow_none=True)
    files = fields.List(fields.Nested(FileViewSchema), required=True)
