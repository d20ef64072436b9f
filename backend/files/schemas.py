"""Shapes of files over HTTP, for both APIs."""

from __future__ import annotations

from flask_smorest.fields import Upload
from marshmallow import EXCLUDE, Schema, fields, validate

from backend.files.terms import PURPOSES

# What is sent is no JSON but the file.
FILE_CONTENT = {"type": "string", "format": "binary"}


class FileUploadSchema(Schema):
    """The multipart part ``file``: JPEG, PNG, WebP or PDF of at most 15 MB."""

    file = Upload(required=True)


class FilePurposeSchema(Schema):
    """What the file is for."""

    class Meta:
        # Clients that send the name or type of the file as fields of their own are served as well.
        unknown = EXCLUDE

    purpose = fields.String(required=True, validate=validate.OneOf(sorted(PURPOSES)))


class FileViewSchema(Schema):
    """A file as clients see it; the addresses are signed and end after some ten minutes.

    ``erased``: its time is over and the content is gone; ``name`` says so and ``url`` is empty.
    """

    file_key = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("image", "pdf", "erased")))
    mime = fields.String(required=True)
    size = fields.Integer(required=True, metadata={"description": "bytes of the original"})
    url = fields.String(required=True)
    thumbnail_url = fields.String(required=True, allow_none=True)


class FileLinkSchema(Schema):
    """The query of a signed link."""

    v = fields.String(required=True, validate=validate.OneOf(("original", "shown", "thumb")))
    expires = fields.Integer(required=True, validate=validate.Range(0, 2**40))
    sign = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))
    viewer = fields.String(load_default="", validate=validate.Regexp(r"^(staff:[0-9]{1,18})?\Z"))
