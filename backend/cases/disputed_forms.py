"""What whoever fills in a form reads of the one before it, to which the customer objected."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from backend.cases import document_rows, objection_rows
from backend.cases.document_prefill import list_read_anew
from backend.cases.documents import OpenedDocument
from backend.cases.form_sealing import open_values
from backend.cases.objection_rows import TEXT_CONTEXT
from backend.cases.staff_forms import list_fields
from backend.catalogue.forms import FILE_TYPES
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.documents.written_values import write_words


def describe_disputed(
    session: Session, opened: OpenedDocument, definitions: DefinitionStore, keys: KeyRing
) -> dict[str, Any] | None:
    """Return ``{said, at, values}``, or None where nothing was objected to.

    ``values`` are in words, by field: those that begin empty and are read anew, of which none is personal.
    """
    if not opened.may_fill or not opened.form.body.get("signers"):
        return None
    own = None if opened.row is None else opened.row.id
    form_key, step = opened.form.key, opened.step.key
    former = [
        one
        for one in document_rows.list_filled(session, opened.case.id)
        if one.id != own and one.state == "filled" and (one.step == step or one.form_key == form_key)
    ]
    said = objection_rows.list_said(session, opened.case.id, former[-1]) if former else []
    if not said:
        return None
    row = former[-1]
    form, values = definitions.get_form(session, row.form_version_id), open_values(keys, row.content)
    again = list_read_anew(opened.form)
    written = {
        one["key"]: write_words(one, values.get(one["key"]))
        for one in list_fields(form.body)
        if one["key"] in again and one["personal"] == "none" and one["type"] not in FILE_TYPES
    }
    return {
        "said": "\n".join(keys.decrypt(one.text_sealed, TEXT_CONTEXT) for one in said),
        "at": said[-1].made_at,
        "values": {key: words for key, words in written.items() if words},
    }
