"""Forms filled in with something in every field, and the papers of them."""

from __future__ import annotations

import io
from typing import Any

from pypdf import PdfReader

from backend.catalogue.forms import Form
from backend.documents.paper import Certificate, Paper
from backend.documents.typesetting import draw_qr, wrap_picture
from tests.pictures import make_photo

ADDRESS = {
    "region": "历下区", "street": "文化路", "community": "阳光小区", "building": "3幢", "unit": "2单元",
    "door": "501", "note": "", "point": None,
}  # fmt: skip
PICTURE = "p" * 43
HASH = "0123456789abcdef" * 4
ISSUER = "示例燃气有限公司"


_VALUES: dict[str, Any] = {
    "phone": "13812345678",
    "id_number": "11010519491231002X",
    "credit_code": "91350100M000100Y43",
    "yes_no": True,
    "date": "2026-11-26",
    "datetime": "2026-11-26T14:30",
    "number": 3,
    "money": 123_456,
    "address": ADDRESS,
    "photos": [PICTURE],
    "documents": [PICTURE],
    "signature": PICTURE,
}


def fill(field: dict[str, Any]) -> Any:
    """Return a value that fits the field."""
    match field["type"]:
        case "text" | "long_text":
            return "张晓明家的表"[: field["max_length"]]
        case "choice":
            return field["options"][0]["value"]
        case "multi_choice":
            return [one["value"] for one in field["options"][:2]]
        case "table":
            return [{one["key"]: fill(one) for one in field["columns"]}] * 2
        case kind:
            return _VALUES[kind]


def fill_all(form: Form) -> dict[str, Any]:
    """Return values for all fields of the form."""
    return {one["key"]: fill(one) for section in form.body["sections"] for one in section["fields"]}


def make_paper(form: Form, **more: Any) -> Paper:
    """Return the paper of the form with everything filled in."""
    address = "http://127.0.0.1:8000/d/AAAAAAAAAAAAAAAAAAAAAA/0123456789ab"
    made: dict[str, Any] = {
        "values": fill_all(form),
        "files": {PICTURE: wrap_picture(make_photo())},
        "certificate": Certificate("散-01", HASH, address, draw_qr(address)),
        "issuer": ISSUER,
        **more,
    }
    return Paper(form=form, **made)


def read_pages(pdf: bytes) -> list[str]:
    """Return the text of each page, without blanks, as setting puts them between letters and digits."""
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
