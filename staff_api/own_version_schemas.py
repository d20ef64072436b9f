"""What lists tell of a form or template of which the company may have its own version."""

from __future__ import annotations

from marshmallow import Schema, fields


class OwnVersionSchema(Schema):
    """The version in use, which people know by ``version_no``.

    ``author`` is the user name of who made the company's own, else empty.
    """

    key = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    version_no = fields.Integer(required=True)
    is_own = fields.Boolean(required=True)
    author = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)
    shipped_version = fields.Integer(required=True)
    shipped_is_newer = fields.Boolean(required=True)
