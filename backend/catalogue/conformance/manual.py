"""The manual's own data: its processes row by row, and the rules of its forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backend.catalogue.loader import read_body

END = "end"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a step table. ``doubt`` is whether the source is unclear there."""

    no: str
    activity: str
    by: tuple[str, ...] = ()
    by_inferred: bool = False
    forms: tuple[str, ...] = ()
    limit: Mapping[str, Any] = field(default_factory=lambda: {"kind": "none"})
    shares_with: tuple[str, ...] = ()
    goto: tuple[str, ...] = ()
    fed_by: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    applies_to: str | None = None
    warn_after: tuple[Mapping[str, Any], ...] = ()
    doubt: bool = False

    @property
    def is_end(self) -> bool:
        """True where the row only says that the process is over, so that nobody has anything to do there."""
        return self.activity == "结束" and not self.by


@dataclass(frozen=True, slots=True)
class Branch:
    """A way from a row to another row, to another process (from ``enter_at`` on) or to the end."""

    at: str
    to: str
    enter_at: str | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One process of the manual."""

    key: str
    name: str
    rows: tuple[Row, ...]
    branches: tuple[Branch, ...] = ()

    def row(self, number: str) -> Row | None:
        """Return the row of that number, or None."""
        return next((one for one in self.rows if one.no == number), None)

    def row_after(self, row: Row) -> Row | None:
        """Return the row that follows for works of the same size, or None after the last."""
        later = self.rows[self.rows.index(row) + 1 :]
        return next(
            (
                one
                for one in later
                if None in (row.applies_to, one.applies_to) or one.applies_to == row.applies_to
            ),
            None,
        )


@dataclass(frozen=True, slots=True)
class Manual:
    """The processes in the manual's order, rule texts by id, departments of positions, and the forms."""

    flows: tuple[Flow, ...]
    rules: Mapping[str, str] = field(default_factory=dict)
    department_of: Mapping[str, str] = field(default_factory=dict)
    forms: tuple[Mapping[str, Any], ...] = ()

    @property
    def documents(self) -> frozenset[str]:
        """What the steps call their documents."""
        return frozenset(name for flow in self.flows for row in flow.rows for name in row.forms)


def read_manual(folder: Path) -> Manual:
    """Read ``flows.yaml`` and ``forms.yaml``; raises OSError where one is missing."""
    flows, forms = read_body(folder / "flows.yaml"), read_body(folder / "forms.yaml")
    return Manual(
        flows=tuple(_build_flow(one) for one in flows["flows"]),
        rules={one["id"]: one["text"] for one in forms["rules"]},
        department_of={one["id"]: one["department"] for one in flows["positions"]},
        forms=tuple(forms["forms"]),
    )


def _build_flow(body: Mapping[str, Any]) -> Flow:
    return Flow(
        key=body["id"],
        name=body["name"],
        rows=tuple(_build_row(one) for one in body["steps"]),
        branches=tuple(Branch(one["at"], one["to"], one.get("enter_at")) for one in body.get("branches", ())),
    )


def _build_row(body: Mapping[str, Any]) -> Row:
    return Row(
        no=body["no"],
        activity=body["activity"],
        by=tuple(body["by"]),
        by_inferred=body.get("by_inferred", False),
        forms=tuple(body["form"] or ()),
        limit=body["limit"],
        shares_with=tuple(body.get("limit_shared_with", ())),
        goto=tuple(body.get("goto", ())),
        fed_by=tuple(body.get("fed_by", ())),
        requires=tuple(body["requires"]),
        applies_to=body.get("applies_to"),
        warn_after=tuple(body.get("warn_after", ())),
        doubt="doubt" in body,
    )
