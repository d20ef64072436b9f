"""What cases are about, as lists of staff name it and are narrowed to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backend.catalogue.definition import ProcessDefinition
from backend.catalogue.folder import Service

# What customers apply for; what staff take in for them by telephone or at the counter; all that follows.
BUSINESS_KINDS = ("service", "intake", "other")


def list_businesses(
    services: Sequence[Service], processes: Iterable[ProcessDefinition]
) -> list[dict[str, str]]:
    """Return ``{key, name, kind}`` of each; a row has its service's key, or its process's without one.

    What a service hands over to may bear the same key, and is then found with it.
    """
    found = [{"key": one.key, "name": one.name, "kind": "service"} for one in services]
    taken = {one["key"] for one in found}
    rest = sorted((one for one in processes if one.key not in taken), key=lambda one: one.name)
    kinds = {True: "intake", False: "other"}
    told = [{"key": one.key, "name": one.name, "kind": kinds[bool(one.starts_by)]} for one in rest]
    return [*found, *sorted(told, key=lambda one: BUSINESS_KINDS.index(one["kind"]))]
