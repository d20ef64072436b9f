"""What a signature of a filled form is bound to. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from backend.catalogue.forms import Form, Values, keep_on_paper


def hash_document(
    case_no: str, form: Form, values: Values, nonce: str, wording: list[str] | None = None
) -> bytes:
    """Return the sha256 of a filled form in canonical JSON; a signature is bound to it.

    ``wording`` has all printed lines of a contract.
    """
    content: dict[str, Any] = {
        "case_no": case_no,
        "form": form.key,
        "version": form.version,
        "values": keep_on_paper(form, values),
        "nonce": nonce,
    }
    if wording is not None:
        content["wording"] = wording
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).digest()
