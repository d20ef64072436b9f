"""What differs between a form of the manual and ours: field by field, choice by choice, hazard by hazard."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

Body = Mapping[str, Any]
# The manual's type → ours that do for it. A long text, a credit code or an address is text to the manual.
TYPES: Mapping[str, frozenset[str]] = {
    "text": frozenset({"text", "long_text", "credit_code", "address"}),
    "number": frozenset({"number"}),
    "date": frozenset({"date"}),
    "datetime": frozenset({"datetime"}),
    "phone": frozenset({"phone"}),
    "id_number": frozenset({"id_number"}),
    "choice": frozenset({"choice"}),
    "multi_choice": frozenset({"multi_choice"}),
    "bool": frozenset({"yes_no"}),
    "photo": frozenset({"photos", "documents"}),
    "signature": frozenset({"signature"}),
    "money": frozenset({"money"}),
    "table": frozenset({"table"}),
}
# How the manual's forms write down what could not be read.
_HOLE, _LOST = "…", "原件看不清"
# A place for the name of whichever company prints the form; ours stands above every title (`COMPANY_NAME`).
_COMPANY = re.compile(r"^X+.*?公司(?=.)")
HAZARDS, GROUPS = "hazards", "hazard_groups"


@dataclass(frozen=True, slots=True)
class FormVerdict:
    """A form of the manual: how many of its fields (columns count) and hazards are here, and what differs."""

    key: str
    name: str
    present: bool
    fields: int
    hazards: int
    # By the field's or hazard's name; what concerns the form as a whole stands under "form".
    wrong: Mapping[str, Sequence[str]]

    @property
    def fields_here(self) -> int:
        """How many fields are as the manual has them."""
        return self.fields - sum(not one.startswith("hazard ") for one in self.wrong if one != "form")

    @property
    def hazards_here(self) -> int:
        """How many hazards are as the manual has them."""
        return self.hazards - sum(one.startswith("hazard ") for one in self.wrong)


def check_documents(named: Set[str], mapped: Mapping[str, Sequence[str]]) -> list[str]:
    """Return which documents of the manual's steps nothing stands for, and what stands for none of them."""
    return [
        *(f"documents.yaml: nothing stands for {name}" for name in sorted(named - mapped.keys())),
        *(f"documents.yaml: no step of the manual names {name}" for name in sorted(mapped.keys() - named)),
    ]


def judge_form(manual: Body, ours: Body | None) -> FormVerdict:
    """Compare a form of the manual with ours of the same key; what we add to it is no difference."""
    places = list(_list_places(manual["fields"]))
    hazards = manual.get(HAZARDS, ())
    wrong: dict[str, list[str]] = {}
    if ours is None:
        everything = ("form", *places, *(_name_hazard(one) for one in hazards))
        wrong = {place: ["it is not here"] for place in everything}
    else:
        for place, message in _compare(manual, ours):
            wrong.setdefault(place, []).append(message)
    return FormVerdict(manual["id"], manual["name"], ours is not None, len(places), len(hazards), wrong)


def _list_places(fields: Sequence[Body]) -> Iterator[str]:
    for one in fields:
        yield one["id"]
        yield from (f"{one['id']}.{column['id']}" for column in one.get("columns", ()))


def _compare(manual: Body, ours: Body) -> Iterator[tuple[str, str]]:
    title = _COMPANY.sub("", manual["form_title"])
    for part, wanted in (("name", manual["name"]), ("title", title), ("appendix", manual["appendix"])):
        if ours.get(part) != wanted:
            yield "form", f"its {part} is {wanted}, not {ours.get(part)}"
    fields = {one["key"]: one for section in ours["sections"] for one in section["fields"]}
    for one in manual["fields"]:
        yield from _compare_field(one["id"], one, fields.get(one["id"]), manual)
    yield from _compare_hazards(manual, fields)


def _compare_field(place: str, wanted: Body, ours: Body | None, manual: Body) -> Iterator[tuple[str, str]]:
    if ours is None:
        yield place, "it is not here"
        return
    if not _is_label_met(wanted["label"], wanted, ours["label"]):
        yield place, f"its label is {wanted['label']}, not {ours['label']}"
    if not _is_type_met(wanted, ours):
        yield place, f"its type is {wanted['type']}, not {ours['type']}"
    for message in _compare_details(wanted, ours, manual):
        yield place, message
    columns = {one["key"]: one for one in ours.get("columns", ())}
    for column in wanted.get("columns", ()):
        yield from _compare_field(f"{place}.{column['id']}", column, columns.get(column["id"]), manual)


def _is_label_met(wanted: str, doubtful: Body, ours: str) -> bool:
    """What the manual's paper left unreadable has words of ours, for a hole is no label on paper or screen.

    What can be read of it stands there in its order, and the doubt about it stays.
    """
    if ours == wanted:
        return True
    is_placed = wanted.startswith("(") and wanted.endswith(")")
    if _name_doubt(doubtful) is None or not (_HOLE in wanted or is_placed):
        return False
    if _HOLE in ours or _LOST in ours or not ours.strip("()"):
        return False
    # A label in brackets is no word of the paper: it says where the lost one stood.
    legible = [] if is_placed else [part.strip("()") for part in wanted.split(_HOLE)]
    return re.search(".*".join(map(re.escape, legible)), ours) is not None


def _is_type_met(wanted: Body, ours: Body) -> bool:
    if "repeat" in wanted:
        # The same blank several times over is a table of one column.
        return (ours["type"], ours.get("max_rows")) == ("table", wanted["repeat"])
    # A price per cubic metre has more decimals than a sum of money.
    unit: str = ours.get("unit", "")
    is_price = wanted["type"] == "money" and ours["type"] == "number" and unit.startswith("元/")
    return is_price or ours["type"] in TYPES[wanted["type"]]


def _compare_details(wanted: Body, ours: Body, manual: Body) -> Iterator[str]:
    choices, labels = _list_choices(wanted, manual), [one["label"] for one in ours.get("options", ())]
    met = [_is_label_met(one["label"], one, label) for one, label in zip(choices, labels, strict=False)]
    if len(choices) != len(labels) or not all(met):
        yield f"its choices are {'、'.join(one['label'] for one in choices)}"
    for choice, option in zip(_list_choices(wanted, manual), ours.get("options", ()), strict=False):
        if _name_doubt(choice) != _name_doubt(option):
            yield f"the doubt about {choice['label']} is {_name_doubt(choice)}"
    if wanted["type"] == "bool" and (ours.get("yes_label"), ours.get("no_label")) != (
        wanted["true_label"],
        wanted["false_label"],
    ):
        yield f"it is answered {wanted['true_label']} or {wanted['false_label']}"
    if "unit" in wanted and wanted["type"] in ("number", "money") and not _is_unit_met(wanted, ours):
        yield f"its unit is {wanted['unit']}, not {ours.get('unit')}"
    if ("when" in wanted) and "when" not in ours:
        yield f"it applies only when {dict(wanted['when'])}"
    if _name_doubt(wanted) != _name_doubt(ours):
        yield f"its doubt is {_name_doubt(wanted)}, not {_name_doubt(ours)}"


def _is_unit_met(wanted: Body, ours: Body) -> bool:
    # What the manual gives in yuan may say more exactly per what.
    unit: str = ours.get("unit", "")
    return unit == wanted["unit"] or (wanted["unit"] == "元" and unit.startswith("元/"))


def _list_choices(wanted: Body, manual: Body) -> Sequence[Body]:
    """Return the choices of a field, those that it takes from the form's hazards among them."""
    match wanted.get("choices_from"):
        case "hazards":
            return [{**one, "label": _write_hazard(one)} for one in manual[HAZARDS]]
        case "hazard_groups":
            return list(manual[GROUPS])
        case _:
            return list(wanted.get("choices", ()))


def _name_doubt(body: Body) -> str | None:
    doubt = body.get("doubt")
    return doubt["kind"] if isinstance(doubt, Mapping) else doubt


def _write_hazard(hazard: Body) -> str:
    """Return the hazard's text; one whose text is lost is called by its number."""
    return hazard["text"] or f"(第{hazard['no']}条，{_LOST})"


def _name_hazard(hazard: Body) -> str:
    return f"hazard {hazard['no']}"


def _compare_hazards(manual: Body, fields: Mapping[str, Body]) -> Iterator[tuple[str, str]]:
    ours = {one.get("number"): one for one in fields.get("hazards_found", {}).get("options", ())}
    groups = {one["id"]: one["label"] for one in manual.get(GROUPS, ())}
    for hazard in manual.get(HAZARDS, ()):
        place, option = _name_hazard(hazard), ours.get(hazard["no"])
        if option is None:
            yield place, "it is not here"
            continue
        if not _is_label_met(_write_hazard(hazard), hazard, option["label"]):
            yield place, f"it is {_write_hazard(hazard)}, not {option['label']}"
        if option.get("group") != groups[hazard["group"]]:
            yield place, f"it belongs to {groups[hazard['group']]}"
        if _name_doubt(option) != _name_doubt(hazard):
            yield place, f"its doubt is {_name_doubt(hazard)}, not {_name_doubt(option)}"
        # A bare number tells a customer nothing, so what the paper lost is told by whoever ticks it.
        if ("words" in option) != (hazard.get("other", False) or hazard.get("doubt") == "lost"):
            yield place, "其他 and what the paper lost need words, and nothing else does"
