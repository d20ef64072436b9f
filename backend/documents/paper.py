"""One paper of a filled form as plain data for the layout: title, sections, what certifies it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from backend.catalogue.forms import Form, Values, list_shown_fields
from backend.documents.written_values import Cell, Field, Files, write_value

# Fields of these kinds need the whole width; others stand two in a line.
_WIDE_TYPES = frozenset({"long_text", "address", "photos", "documents", "table", "multi_choice"})
_WIDE_LENGTH, _LONG_LABEL, _BOXES_IN_HALF = 100, 14, 16
# A table of more columns than this is easier to read on a page that lies on its side.
_MOST_UPRIGHT = 9
_SIGNING = frozenset({"signature", "seal"})
_LONG = frozenset({"table", "records", "pictures", "checklist"})
# Heights in cm, generously: of a line, and of what is kept on one page.
_SIGNED_LINE, _PLAIN_LINE = 2.2, 1.0
_MOST_OF_CONTRACT, _MOST_OF_FORM = 23, 15
PARTY_COPIES: Mapping[str, str] = {"company": "公司联", "customer": "客户联"}


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is printed so that a paper can be checked: its number, its whole hash, and the address to ask."""

    number: str
    sha256: str
    address: str
    qr_svg: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One signature that a filled document got after it was filled in, as the paper shows it."""

    signer: str
    field: str | None
    label: str
    name: str
    way: str
    signed_at: str
    device: str
    sha256: str
    holds: bool
    picture: str | None = None
    face_check: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """A filled form with all that stands on its paper. ``watermark`` lies across each page.

    A contract has its wording (``clauses``); fields that it states (``stated``) do not stand below it again.
    """

    form: Form
    values: Values
    files: Files
    certificate: Certificate
    issuer: str = ""
    watermark: str = ""
    marks: Sequence[Mark] = field(default_factory=tuple)
    clauses: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    stated: frozenset[str] = frozenset()
    # Whom, where, by whom and when, where the form itself does not say; as label and words.
    head: Sequence[tuple[str, str]] = ()


def list_copies(form: Form, party: str | None = None) -> list[str]:
    """Return the names of the copies to print, all or that of ``party``; a form without copies has one."""
    copies = form.body.get("copies", ())
    wanted = [one for one in copies if party in (None, one["party"])] or list(copies[:1])
    return [_name_copy(one) for one in wanted] or [""]


def lay_out(paper: Paper, copy: str) -> dict[str, Any]:
    """Return what the layout draws of one copy."""
    body = paper.form.body
    shown = list_shown_fields(paper.form, paper.values)
    shown -= {one.key for one in paper.form.fields if one.off_paper}
    if paper.clauses:
        shown -= paper.stated | _list_silent(paper, body)
    most = _MOST_OF_CONTRACT if paper.clauses else _MOST_OF_FORM
    sections = [
        {"title": section["title"], "lines": lines, "whole": _is_whole(lines, most)}
        for section in body["sections"]
        if (lines := _lay_lines(paper, [one for one in section["fields"] if one["key"] in shown]))
    ]
    certificate = paper.certificate
    return {
        "title": body.get("title", paper.form.name),
        "issuer": paper.issuer,
        "number": certificate.number,
        "copy": copy,
        "watermark": paper.watermark,
        "flipped": any(len(one.get("columns", ())) > _MOST_UPRIGHT for one in _list_fields(body)),
        "clauses": list(paper.clauses),
        "head": [list(one) for one in paper.head],
        "sections": sections,
        "hash": certificate.sha256,
        "address": certificate.address,
        "qr": certificate.qr_svg,
        "marks": [_write_mark(one) for one in paper.marks],
    }


def lay_out_plain(
    title: str, issuer: str, number: str, copy: str, sections: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what the layout draws of sections that are no form: nobody signs it, nothing certifies it."""
    nothing: dict[str, Any] = {"watermark": "", "flipped": False, "clauses": [], "head": [], "marks": []}
    uncertified = {"hash": "", "address": "", "qr": ""}
    told = {"title": title, "issuer": issuer, "number": number, "copy": copy, "sections": list(sections)}
    return {**nothing, **uncertified, **told}


def _list_fields(body: Mapping[str, Any]) -> list[Field]:
    return [one for section in body["sections"] for one in section["fields"]]


def _list_silent(paper: Paper, body: Mapping[str, Any]) -> frozenset[str]:
    """What a wording leaves out and nobody filled in; where the parties sign, all places stay as on paper.

    The number stands at the head already.
    """
    return frozenset(
        one["key"]
        for section in body["sections"]
        for signs in [any(one["type"] == "signature" for one in section["fields"])]
        for one in section["fields"]
        if "numbered" in one or (not signs and one["key"] not in paper.values)
    )


def _is_whole(lines: Sequence[Sequence[Cell]], most: float) -> bool:
    """Places of signing stay together with what they sign, so that no page has nothing but half of them."""
    kinds = [[cell["kind"] for cell in line] for line in lines]
    flat = {kind for line in kinds for kind in line}
    high = sum(_SIGNED_LINE if _SIGNING & set(line) else _PLAIN_LINE for line in kinds)
    return bool(flat & _SIGNING) and not flat & _LONG and high < most


def _name_copy(copy: Mapping[str, Any]) -> str:
    name = PARTY_COPIES.get(copy["party"])
    return f"{name}（{copy['label']}）" if name else str(copy["label"])


def _lay_lines(paper: Paper, fields: Sequence[Field]) -> list[list[Cell]]:
    """Return the lines of a section: one wide cell, or two that share the width."""
    lines: list[list[Cell]] = []
    waiting: list[Cell] = []
    last: Field = {}
    for one in fields:
        cell = _write_cell(paper, one)
        if _is_wide(one, cell):
            lines += [waiting] if waiting else []
            lines.append([{**cell, "wide": True}])
            waiting = []
            continue
        if waiting and _changes_sides(last, one):
            lines.append(waiting)
            waiting = []
        last = one
        waiting.append(cell)
        if len(waiting) == 2:
            lines.append(waiting)
            waiting = []
    return [*lines, waiting] if waiting else lines


def _changes_sides(last: Field, one: Field) -> bool:
    """Whether a party's seal would come beside what the other party wrote last."""
    return one.get("mark") == "seal" and last["type"] != "signature"


def _write_cell(paper: Paper, one: Field) -> Cell:
    cell = {"label": one["label"], **write_value(one, paper.values.get(one["key"]), paper.files)}
    if one["type"] == "signature":
        later = [mark for mark in paper.marks if mark.holds and mark.field == one["key"]]
        cell["pictures"] = [*cell["pictures"], *(mark.picture for mark in later if mark.picture)]
        cell["notes"] = [f"{mark.name} {mark.way} {mark.signed_at}".strip() for mark in later]
    return cell


def _is_wide(one: Field, cell: Cell) -> bool:
    if (
        one["type"] in _WIDE_TYPES
        or "in_capitals" in one
        or (len(one["label"]) > _LONG_LABEL and one["type"] != "signature")
    ):
        return True
    if one["type"] in ("choice", "yes_no"):
        return sum(len(label) + 2 for _, label in cell.get("boxes", ())) > _BOXES_IN_HALF
    return bool(one["type"] == "text" and one.get("max_length", 0) > _WIDE_LENGTH)


def _write_mark(mark: Mark) -> dict[str, Any]:
    return {
        "label": mark.label,
        "name": mark.name,
        "way": mark.way,
        "at": mark.signed_at,
        "device": mark.device,
        "hash": mark.sha256,
        "holds": mark.holds,
        "face": mark.face_check,
    }
