"""Staff's files: /staff/api/v1/files."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.core.callers import Caller, open_to
from backend.files.schemas import FilePurposeSchema, FileUploadSchema, FileViewSchema
from backend.files.service import FileService, FileView
from staff_api.guard import get_signed_in


def make_staff_file_routes(files: FileService) -> Blueprint:
    """Return the route of staff's uploads; what they upload is shown by the same signed links."""
    routes = Blueprint("staff files", __name__, url_prefix="/staff/api/v1/files")

    @routes.post("")
    @open_to(Caller.STAFF)
    @routes.arguments(FileUploadSchema, location="files")
    @routes.arguments(FilePurposeSchema, location="form")
    @routes.response(201, FileViewSchema)
    def upload_staff_file(parts: dict[str, Any], told: dict[str, str]) -> FileView:
        """Upload a photo or a PDF of at most 15 MB; it is the caller's until a case claims it."""
        file = parts["file"]
        owner = f"staff:{get_signed_in().member.id}"
        return files.store(file.stream, file.filename or "", owner, told["purpose"])

    return routes
