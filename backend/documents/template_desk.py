"""Contract templates as an administrator keeps them: imported, checked, previewed, in versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.contract_text import (
    CASE_FACTS,
    LARGEST_TEMPLATE,
    NO_WORDS,
    TemplateFault,
    Wording,
    check_blanks,
    decode_template,
    list_stated,
    read_wording,
)
from backend.catalogue.forms import Form, build_form
from backend.catalogue.models import DefinitionVersion
from backend.catalogue.own_versions import (
    describe_version,
    list_shipped,
    list_used,
    name_author,
    store_own,
)
from backend.core.errors import Conflict, Invalid, NotFound
from backend.documents.contract_clauses import write_clauses
from backend.documents.paper import Certificate, Paper, lay_out, list_copies
from backend.documents.sample_values import SAMPLE_FACTS, make_sample
from backend.documents.typesetting import Typesetter

_KIND = "template"
# The gravest first: what the file is, then its marks, then its blanks.
FAULT_CODES = (
    "template_empty", "template_characters_refused", "template_markup_refused", "template_line_too_long",
    "template_mark_broken", "template_unknown_blank", "template_blank_unfit", "template_figure_taken",
    "template_blank_missing",
)  # fmt: skip
_MOST_FAULTS = 100


class TemplateDesk:
    """Lists templates by their contracts, shows one, checks, previews and stores a new version."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        typesetter: Typesetter,
        issuer: str,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._typesetter = typesetter
        self._issuer = issuer
        self._now = now

    def list_templates(self) -> list[dict[str, Any]]:
        """Return the templates by the name of their contract, each as it is used now."""
        with self._sessions.begin() as session:
            used, shipped = list_used(session, _KIND), list_shipped(session, _KIND)
            forms = list_used(session, "form")
        found = [
            {**describe_version(one, shipped[key]), "name": forms[key].body["name"]}
            for key, one in used.items()
        ]
        return sorted(found, key=lambda one: str(one["name"]))

    def read(self, key: str) -> dict[str, Any]:
        """Return a template as it is used now, the shipped text, its versions, and the blanks there are."""
        with self._sessions.begin() as session:
            one, form = _find(session, key)
            shipped = list_shipped(session, _KIND, key)[key]
            all_versions = session.scalars(
                select(DefinitionVersion)
                .where(DefinitionVersion.kind == _KIND, DefinitionVersion.key == key)
                .order_by(DefinitionVersion.version.desc())
            ).all()
        return {
            **describe_version(one, shipped),
            "name": form.name,
            "text": one.body["text"],
            "shipped_text": shipped.body["text"],
            "versions": [
                {"version": each.version, "author": name_author(each), "published_at": each.published_at}
                for each in all_versions
            ],
            "blanks": _list_blanks(form),
        }

    def read_version(self, key: str, version: int) -> dict[str, Any]:
        """Return the text of one version; raises NotFound."""
        wanted = select(DefinitionVersion).where(
            DefinitionVersion.kind == _KIND,
            DefinitionVersion.key == key,
            DefinitionVersion.version == version,
        )
        with self._sessions.begin() as session:
            one = session.scalars(wanted).one_or_none()
            if one is None:
                raise NotFound()
            return {"version": one.version, "text": one.body["text"]}

    def save(self, key: str, base: int, content: bytes, author: str) -> dict[str, Any]:
        """Store a wording as the newest version; running cases keep theirs.

        ``base`` is the version that was looked at. Raises NotFound, Conflict ``changed_meanwhile``, and
        Invalid with the code of the gravest fault and all of them in ``extra.problems``.
        """
        with self._sessions.begin() as session:
            used, form = _find(session, key)
            shipped = list_shipped(session, _KIND, key)[key]
            if base not in (used.version, shipped.version):
                raise Conflict("changed_meanwhile")
            text, _ = _check(content, form)
            store_own(session, _KIND, used, {"key": key, "text": text}, author, self._now())
        return self.read(key)

    def preview(self, key: str, content: bytes, *, filled: bool) -> bytes:
        """Return a wording as PDF, with sample values or with ruled lines; raises what ``save`` raises."""
        with self._sessions.begin() as session:
            _, form = _find(session, key)
        _, wording = _check(content, form)
        values = make_sample(form) if filled else {}
        clauses = write_clauses(wording, form, values, SAMPLE_FACTS if filled else {}, "")
        paper = Paper(
            form=form, values=values, files={}, certificate=Certificate("", "", "", ""), issuer=self._issuer,
            watermark="样张", clauses=clauses, stated=wording.names,
        )  # fmt: skip
        sheet = lay_out(paper, list_copies(form)[0])
        return self._typesetter.set_papers(f"{form.name}（样张）", self._issuer, self._now(), [sheet])


def _find(session: Session, key: str) -> tuple[DefinitionVersion, Form]:
    one = list_used(session, _KIND, key).get(key)
    if one is None:
        raise NotFound()
    return one, build_form(list_used(session, "form", key)[key].body)


def _check(content: bytes, form: Form) -> tuple[str, Wording]:
    """Return the text and its wording; raises Invalid where it cannot be used."""
    if len(content) > LARGEST_TEMPLATE:
        raise Invalid("template_too_large")
    try:
        text = decode_template(content)
    except UnicodeDecodeError:
        raise Invalid("template_wrong_encoding") from None
    wording, faults = read_wording(text)
    # A line with a broken mark may hold a blank that would otherwise seem to be missing.
    broken = bool(faults)
    faults += [one for one in check_blanks(wording, form) if not broken or one.line]
    if faults:
        first = min(faults, key=lambda one: FAULT_CODES.index(one.code))
        problems = [_describe(one) for one in sorted(faults, key=_place)[:_MOST_FAULTS]]
        raise Invalid(first.code, extra={"problems": problems})
    return text, wording


def _place(fault: TemplateFault) -> tuple[bool, int]:
    return fault.line == 0, fault.line


def _describe(fault: TemplateFault) -> Mapping[str, Any]:
    return {
        "line": fault.line,
        "code": fault.code,
        "text": fault.sentence,
        "blank": fault.blank,
        "similar": list(fault.similar),
    }


def _list_blanks(form: Form) -> list[dict[str, Any]]:
    stated = {one.key for one in list_stated(form)}
    titles = {one["key"]: part["title"] for part in form.body["sections"] for one in part["fields"]}
    own = [
        {
            "name": one.key,
            "label": one.label,
            "part": titles[one.key],
            "unit": one.unit,
            "needed": one.key in stated,
        }
        for one in form.fields
        if one.type not in NO_WORDS
    ]
    known = [
        {"name": name, "label": label, "part": "办件里已有的", "unit": "", "needed": False}
        for name, label in CASE_FACTS.items()
    ]
    return [*own, *known]
