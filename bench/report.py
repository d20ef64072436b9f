"""How the figures are told: a line each with its bar, a JSON file, and a table for the documentation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.figures import Result

TABLE_BEGINS, TABLE_ENDS = "<!-- table: written by make bench KEEP=1 -->\n", "<!-- end of the table -->\n"


def write_line(result: Result) -> str:
    """Return the line of one figure: name, ratio, bar, verdict, and both sides."""
    figure, measured = result.figure, result.measured
    bar = f"{figure.bar} {figure.limit:g}"
    if measured is None:
        return f"{figure.name:<18} {'–':>7}   bar {bar:<7} MISSED  {result.failure}"
    verdict = "ok" if result.holds else "MISSED"
    sides = f"{figure.ours} {measured.ours:,.4g}, {figure.theirs} {measured.theirs:,.4g} {figure.unit}"
    return f"{figure.name:<18} {measured.ratio:>7.2f}   bar {bar:<7} {verdict:<7} {sides}"


def make_document(results: Sequence[Result], at: datetime, seconds: float) -> dict[str, Any]:
    """Return what ``var/bench.json`` holds; ``seconds`` is how long the run took."""
    return {
        "measured_at": at.isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "holds": all(one.holds for one in results),
        "figures": [_describe(one) for one in results],
    }


def _describe(result: Result) -> dict[str, Any]:
    figure, measured = result.figure, result.measured
    return {
        "name": figure.name,
        "ours": figure.ours,
        "theirs": figure.theirs,
        "unit": figure.unit,
        "bar": f"{figure.bar} {figure.limit:g}",
        "holds": result.holds,
        "ratio": None if measured is None else round(measured.ratio, 3),
        "measured_ours": None if measured is None else round(measured.ours, 6),
        "measured_theirs": None if measured is None else round(measured.theirs, 6),
        "failure": result.failure,
    }


def write_json(results: Sequence[Result], at: datetime, seconds: float, place: Path) -> None:
    """Write the run to ``place``."""
    place.parent.mkdir(parents=True, exist_ok=True)
    document = json.dumps(make_document(results, at, seconds), ensure_ascii=False, indent=2)
    place.write_text(document + "\n", encoding="utf-8")


def keep_table(results: Sequence[Result], at: datetime, page: Path) -> None:
    """Replace the table in ``page`` by this run's; raises ValueError where the page has no place for it."""
    before, begins, rest = page.read_text(encoding="utf-8").partition(TABLE_BEGINS)
    _, ends, after = rest.partition(TABLE_ENDS)
    if not begins or not ends:
        raise ValueError(f"{page} has no place for the table")
    lines = [
        f"Measured on {at:%Y-%m-%d}.\n",
        "| figure | ratio | bar | holds | ours | compared with |",
        "|---|---|---|---|---|---|",
        *(_write_row(one) for one in results),
    ]
    page.write_text(before + begins + "\n".join(lines) + "\n" + ends + after, encoding="utf-8")


def _write_row(result: Result) -> str:
    figure, measured = result.figure, result.measured
    ratio = ours = theirs = "–"
    if measured is not None:
        ratio = f"{measured.ratio:.2f}"
        ours, theirs = (f"{one:,.4g} {figure.unit}" for one in (measured.ours, measured.theirs))
    holds = "yes" if result.holds else "no"
    bar = f"{figure.bar} {figure.limit:g}"
    return (
        f"| `{figure.name}` | {ratio} | {bar} | {holds} | {figure.ours}: {ours} | {figure.theirs}: {theirs} |"
    )
