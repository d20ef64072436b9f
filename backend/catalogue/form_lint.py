"""What is wrong with a form beyond its schema. Each fault is a place in the form, a code and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backend.catalogue.conditions import evaluate, list_fields
from backend.catalogue.form_facts import is_signed_by_customer, list_told
from backend.catalogue.form_rules import RULE_TYPES, list_rules
from backend.catalogue.forms import build_form, read_usual
from backend.catalogue.prefill import Forms, find_fault

# What stands in a case's data beside what forms feed; a field of this name would overwrite it. Only the
# service may come from a form: whoever takes an order by telephone or at the counter chooses it there.
_OWNED_DATA = frozenset(
    {
        "appointment_id",
        "handler_id",
        "leak_words",
        "plan_until",
        "result",
        "signature_file",
        "signed_by_code",
        "stars",
        "unit_code",
        "unit_id",
    }
)
Fault = tuple[str, str, str]
_OPTIONS = ("options", "options_from")
# What a field of a type has to say beside label and personal; of several in one group, exactly one.
_NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "text": (("max_length",),),
    "long_text": (("max_length",),),
    "choice": (_OPTIONS,),
    "multi_choice": (_OPTIONS,),
    "yes_no": (("yes_label",), ("no_label",)),
    "photos": (("max_count",),),
    "documents": (("max_count",),),
    "table": (("columns",), ("max_rows",)),
}
# What a field of a type may say beside that; nothing of this belongs to any other type.
_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "text": ("account_number", "numbered", "told_as", "usual"),
    "long_text": ("told_as", "usual"),
    "phone": ("service_number",),
    "number": ("unit", "decimals", "min", "max", "usual", "tells_day"),
    "money": ("unit", "min", "max"),
    "multi_choice": ("within",),
    "date": ("signer",),
    "signature": ("signer", "mark"),
    "photos": ("min_count", "reads"),
    "documents": ("min_count", "stamped", "reads"),
}
_SPECIAL = frozenset(
    {name for groups in _NEEDED.values() for group in groups for name in group}
    | {name for names in _ALLOWED.values() for name in names}
)
Field = Mapping[str, Any]
# On forms the company itself is a party, whichever of its posts acts for it.
COMPANY = "company"


def check_form(body: Mapping[str, Any], forms: Forms, parties: frozenset[str]) -> Iterator[Fault]:
    """Yield every fault of a form that passed the schema; ``forms`` and ``parties`` are all of the folder."""
    before: dict[str, Field] = {}
    fields = [one for section in body["sections"] for one in section["fields"]]
    for one in fields:
        key = one["key"]
        if key in before:
            yield key, "field_twice", "two fields have this key"
        for asked in list_fields(one["when"]) - before.keys() if "when" in one else ():
            yield key, "field_unknown", f"its condition asks for {asked}, which stands not before it"
        yield from _check_content(key, one, forms)
        yield from _check_words(one, fields)
        yield from _check_within(one, before)
        yield from _check_default(one, before)
        yield from _check_columns(one, forms)
        yield from _check_read(one, fields)
        before[key] = one
    yield from _check_rules(body, fields)
    yield from _check_usual(body, fields)
    yield from _check_numbered(fields)
    yield from _check_signers(body, fields)
    if is_signed_by_customer(body) and not list_told(body, fields):
        yield "main_facts", "facts_missing", "whoever signs it is told nothing of what it says"
    for key in sorted({one["field"] for one in body.get("main_facts", ())} - before.keys()):
        yield "main_facts", "field_unknown", f"there is no field {key}"
    for place in ("signers", "copies"):
        for party in sorted({one["party"] for one in body.get(place, ())} - parties - {COMPANY}):
            yield place, "party_unknown", f"there is no party {party}"
    for copy in body.get("copies", ()):
        counted = before.get(copy.get("count_field", ""))
        if "count_field" in copy and (counted is None or counted["type"] != "number"):
            yield "copies", "field_unknown", f"there is no number {copy['count_field']}"


def _check_content(place: str, one: Field, forms: Forms) -> Iterator[Fault]:
    """What fields and columns have in common."""
    needed = _NEEDED.get(one["type"], ())
    for group in needed:
        if sum(name in one for name in group) != 1:
            yield place, "type_odd", f"a {one['type']} needs {' or '.join(group)}"
    known = {*_ALLOWED.get(one["type"], ()), *(name for group in needed for name in group)}
    for name in sorted(_SPECIAL & one.keys() - known):
        yield place, "type_odd", f"{name} does not belong to a {one['type']}"
    if one.get("feeds_conditions") and (one["personal"] != "none" or one["type"] == "table"):
        # Conditions read case data, which is stored in clear and holds no rows.
        yield place, "personal_in_conditions", "a personal field or a table cannot feed conditions"
    if one.get("feeds_conditions") and place in _OWNED_DATA:
        yield place, "field_reserved", "the case's data keep something else under this key"
    if "options_from" in one:
        yield place, "options_unknown", f"there is no file options/{one['options_from']}.yaml"
    for part, name in (("value", "option"), ("number", "number")):
        for twice in sorted(map(str, _list_twice(one.get("options", ()), part))):
            yield place, "option_twice", f"two options have the {name} {twice}"
    if "min" in one and "max" in one and one["min"] > one["max"]:
        yield place, "limits_odd", "min is larger than max"
    if one.get("min_count", 0) > one.get("max_count", 0):
        yield place, "limits_odd", "min_count is larger than max_count"
    if one["type"] == "money" and any(isinstance(one.get(limit), float) for limit in ("min", "max")):
        yield place, "limits_odd", "limits of money are whole fen"
    if "prefill" in one and (wrong := find_fault(one, forms, in_table="." in place)):
        yield place, "prefill_odd", wrong


def _check_read(one: Field, fields: list[Field]) -> Iterator[Fault]:
    """What is read in photos has its fields, and the number's type is that of the paper."""
    reads = one.get("reads")
    if not isinstance(reads, Mapping):
        return
    types = {field["key"]: field["type"] for field in fields}
    number = "id_number" if reads["paper"] == "id_card" else "credit_code"
    for part, type_ in (("name", "text"), ("number", number)):
        if part in reads and types.get(reads[part]) != type_:
            yield one["key"], "read_odd", f"{reads[part]} is no field of type {type_}"


def _check_usual(body: Mapping[str, Any], fields: Iterable[Field]) -> Iterator[Fault]:
    """A usual answer is one that the field takes, and nobody's personal data."""
    usual = {one["key"]: one["usual"] for one in fields if "usual" in one and one["type"] in _ALLOWED}
    form = build_form(body) if usual else None
    for key, value in usual.items():
        field = form.field(key) if form else None
        if field is None or field.personal != "none" or read_usual(field, value) is None:
            yield key, "usual_odd", f"the field does not take {value} as everybody's answer"


def _check_numbered(fields: Iterable[Field]) -> Iterator[Fault]:
    """The system gives a document one number; nobody is asked for it, and it is no personal data."""
    numbered = [one for one in fields if "numbered" in one]
    for one in numbered[1:]:
        yield one["key"], "numbered_twice", "a form has one number only"
    for one in numbered:
        if one.get("required") or one["personal"] != "none" or "when" in one or "prefill" in one:
            yield (
                one["key"],
                "numbered_odd",
                "a number is given always and to all: no required, when or prefill",
            )


def _list_twice(options: Iterable[Mapping[str, Any]], part: str) -> set[Any]:
    values = [one[part] for one in options if part in one]
    return {one for one in values if values.count(one) > 1}


def _check_words(one: Field, fields: list[Field]) -> Iterator[Fault]:
    """An option that needs words has its field for them: shown and required as soon as it is chosen.

    What a field takes from another has its words there.
    """
    if "within" in one:
        return
    for option in one.get("options", ()):
        if "words" not in option:
            continue
        words = next((other for other in fields if other["key"] == option["words"]), None)
        value = option["value"]
        chosen = {one["key"]: [value] if one["type"] == "multi_choice" else value}
        if (
            words is None
            or words["type"] not in ("text", "long_text")
            or not words.get("required")
            or "when" not in words
            or evaluate(words["when"], {})
            or not evaluate(words["when"], chosen)
        ):
            yield (
                one["key"],
                "words_missing",
                f"option {value} needs a required text {option['words']}, shown when it is chosen",
            )


def _check_within(one: Field, before: Mapping[str, Field]) -> Iterator[Fault]:
    if "within" not in one:
        return
    wider = before.get(one["within"])
    known = {option["value"] for option in (wider or {}).get("options", ())}
    if wider is None or wider["type"] != "multi_choice":
        yield one["key"], "field_unknown", f"there is no multi_choice {one['within']} before it"
    elif not {option["value"] for option in one.get("options", ())} <= known:
        yield one["key"], "option_unknown", f"it has options that {one['within']} has not"


def _check_default(one: Field, before: Mapping[str, Field]) -> Iterator[Fault]:
    if "defaults_to" not in one:
        return
    other = before.get(one["defaults_to"])
    if other is None or other["type"] != "multi_choice":
        yield one["key"], "field_unknown", f"there is no multi_choice {one['defaults_to']} before it"
    elif one["type"] not in ("multi_choice", "text"):
        yield one["key"], "type_odd", "what was picked fits only into a multi_choice or a text"
    if one.get("required"):
        yield one["key"], "default_odd", "what has a default is not asked for"


def _check_rules(body: Mapping[str, Any], fields: list[Field]) -> Iterator[Fault]:
    types = {one["key"]: one["type"] for one in fields}
    for one in fields:
        types |= {f"{one['key']}.{column['key']}": column["type"] for column in one.get("columns", ())}
    for rule in list_rules(body):
        own, others = RULE_TYPES[rule.kind]
        for key, allowed in ((rule.field, own), *((other, others) for other in rule.others)):
            if key not in types:
                yield "rules", "field_unknown", f"a rule names {key}, which the form has not"
            elif types[key] not in allowed:
                yield "rules", "type_odd", f"{rule.kind} compares no {types[key]} such as {key}"
        if len({key.rpartition(".")[0] for key in (rule.field, *rule.others)}) > 1:
            yield (
                "rules",
                "rule_odd",
                f"the rule of {rule.field} compares a table's column with another place",
            )


def _check_columns(one: Field, forms: Forms) -> Iterator[Fault]:
    seen: set[str] = set()
    for column in one.get("columns", ()):
        place = f"{one['key']}.{column['key']}"
        if column["key"] in seen:
            yield place, "field_twice", "two columns have this key"
        if any("words" in option for option in column.get("options", ())):
            yield place, "words_missing", "an option in a table cannot ask for words"
        seen.add(column["key"])
        yield from _check_content(place, column, forms)
    if one["type"] != "table":
        if one["personal"] == "several":
            yield one["key"], "personal_differs", "only a table holds personal data of several kinds"
    else:
        # A table is sealed and opened as a whole, so it counts as personal when one of its columns is.
        expected = (
            "several" if any(column["personal"] != "none" for column in one.get("columns", ())) else "none"
        )
        if one["personal"] != expected:
            yield one["key"], "personal_differs", f"its columns make it personal: {expected}"


def _check_signers(body: Mapping[str, Any], fields: list[Field]) -> Iterator[Fault]:
    signers = {one["key"] for one in body.get("signers", ())}
    for one in fields:
        if "signer" in one and one["signer"] not in signers:
            yield one["key"], "signer_unknown", f"the form has no signer {one['signer']}"
    if not signers:
        return
    for one in fields:
        if one["type"] == "signature" and "signer" not in one:
            yield one["key"], "signer_unknown", "it does not say who signs here"
    signing = {one.get("signer") for one in fields if one["type"] == "signature"}
    for signer in sorted(signers - signing):
        yield "signers", "signer_unknown", f"{signer} signs nowhere"
