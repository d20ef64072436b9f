"""Customers' files: /api/v1/files, and the signed links that both APIs hand out."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.files.responses import answer_content
from backend.files.schemas import (
    FILE_CONTENT,
    FileLinkSchema,
    FilePurposeSchema,
    FileUploadSchema,
    FileViewSchema,
)
from backend.files.service import FileService, FileView
from miniprogram_api.guard import get_customer, open_to_links


def make_file_routes(files: FileService) -> Blueprint:
    """Return the routes of uploads and of signed links."""
    routes = Blueprint("customer files", __name__, url_prefix="/api/v1/files")

    @routes.post("")
    @open_to(Caller.CUSTOMER)
    @open_to_links
    @routes.arguments(FileUploadSchema, location="files")
    @routes.arguments(FilePurposeSchema, location="form")
    @routes.response(201, FileViewSchema)
    def upload_file(parts: dict[str, Any], told: dict[str, str]) -> FileView:
        """Upload a photo or a PDF of at most 15 MB; it is the caller's until a case claims it."""
        file = parts["file"]
        owner = f"customer:{get_customer().customer_id}"
        return files.store(file.stream, file.filename or "", owner, told["purpose"])

    @routes.get("/<file_key>/content")
    @open_to(Caller.ANYONE)
    @routes.arguments(FileLinkSchema, location="query")
    @routes.response(200, FILE_CONTENT, content_type="image/*")
    @routes.response(200, FILE_CONTENT, content_type="application/pdf")
    def send_content(link: dict[str, Any], file_key: str) -> Response:
        """Send what a signed link points at; the signature is the authorisation."""
        return answer_content(files.open(file_key, **link))

    return routes
