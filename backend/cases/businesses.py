"""What cases are about, as lists of staff name it and are narrowed to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.cases.commands import PERSONAL_POSTS
from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.folder import Service

# What customers apply for; what is taken in by telephone, at the counter; what is done at the customer's
# (works and visits); and all that goes on inside.
BUSINESS_KINDS = ("service", "hotline", "counter", "works", "inside")
_HOTLINE = frozenset({"hotline_agent", "customer_service_center"})


def list_businesses(
    services: Sequence[Service], processes: Iterable[ProcessDefinition]
) -> list[dict[str, str]]:
    """Return ``{key, name, kind}`` of each; a row has its service's key, or its process's without one.

    What a service hands over to may bear the same key, and is then found with it. Services stand as customers
    see them, all else by its name's sound. Two of one name are told apart by how they came to be.
    """
    found = [{"key": one.key, "name": one.name, "kind": "service"} for one in services]
    taken, names = {one["key"] for one in found}, {one["name"] for one in found}
    told = [
        {
            "key": one.key,
            "name": f"{one.name}（其他业务转来）" if one.name in names else one.name,
            "kind": _tell_kind(one),
        }
        for one in processes
        if one.key not in taken
    ]
    return [*found, *sorted(told, key=lambda one: (BUSINESS_KINDS.index(one["kind"]), _sound(one["name"])))]


def _tell_kind(process: ProcessDefinition) -> str:
    if any(one.key in _HOTLINE for one in process.starts_by):
        return "hotline"
    if process.starts_by:
        return "counter"
    visits = any(step.by.key in PERSONAL_POSTS for step in process.steps)
    return "works" if process.overall or visits else "inside"


def _sound(name: str) -> bytes:
    """The old national code has the common characters by their pinyin, which Unicode has not."""
    return name.encode("gb18030")
