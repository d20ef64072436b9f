"""The bench's table must be whole and its verdicts right; tiny figures stand in for the real ones."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bench import __main__ as bench_main
from bench.figures import Bar, Figure, Measured, Result, compare, rate_for
from bench.ground import Ground
from bench.groups import GROUPS
from bench.replay import Recorder
from bench.report import TABLE_BEGINS, TABLE_ENDS, keep_table, make_document, write_line
from bench.run import FigureUnknown, Group, choose, run_groups

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
GROUND = Ground(Path("nowhere"), "postgresql+psycopg:///none", "unix://none")
# The bars that were promised, by figure.
BARS = {
    "submit_http": "≥ 0.65",
    "review_http": "≥ 0.65",
    "read_case_http": "≥ 0.8",
    "engine_memory": "≥ 30",
    "engine_persisted": "≥ 1.5",
    "outbox_relay": "≥ 0.7",
    "queue_pages": "≤ 1.5",
    "queue_counts": "≤ 1.5",
    "sockets_memory": "≤ 1.3",
    "sockets_hints": "≤ 2",
    "definitions_load": "≤ 10",
    "case_start": "≤ 1.3",
    "contract_pdf": "≤ 3",
    "import_csv": "≥ 0.5",
    "import_excel": "≥ 0.5",
    "account_by_no": "≤ 1.3",
    "account_by_phone": "≤ 1.3",
    "account_pages": "≤ 2",
    "sealed_page": "≤ 1.15",
}
FAST = Figure("fast", "ours", "theirs", "steps/s", Bar.AT_LEAST, 2)
LIGHT = Figure("light", "ours", "theirs", "KiB", Bar.AT_MOST, 1.5)


def make_groups(fast: float, light: float) -> tuple[Group, ...]:
    def probe(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
        both = {"fast": Measured(fast, 1.0), "light": Measured(light, 1.0)}
        yield from ((name, both[name]) for name in wanted)

    return (Group("pair", (FAST, LIGHT), probe),)


def run(groups: Sequence[Group], only: str | None = None) -> list[Result]:
    return list(run_groups(choose(groups, only), GROUND, lambda line: None))


def test_the_table_has_every_figure_with_its_bar() -> None:
    figures = [one for group in GROUPS for one in group.figures]
    assert {one.name: f"{one.bar} {one.limit:g}" for one in figures} == BARS
    assert len(figures) == len(BARS)


@pytest.mark.parametrize(
    ("figure", "ratio", "holds"),
    [(FAST, 2.0, True), (FAST, 1.99, False), (LIGHT, 1.5, True), (LIGHT, 1.51, False)],
)
def test_a_bar_is_kept_up_to_its_limit(figure: Figure, ratio: float, holds: bool) -> None:
    result = Result(figure, Measured(ratio, 1.0))
    assert result.holds is holds
    assert ("MISSED" in write_line(result)) is not holds
    assert make_document([result], NOW, 1.0)["holds"] is holds


def test_one_or_a_group_or_all_are_chosen() -> None:
    groups = make_groups(3.0, 1.0)
    assert [one.figure.name for one in run(groups)] == ["fast", "light"]
    assert [one.figure.name for one in run(groups, "pair")] == ["fast", "light"]
    assert [one.figure.name for one in run(groups, "light")] == ["light"]
    with pytest.raises(FigureUnknown, match="fast, light"):
        choose(groups, "slow")


def test_what_fails_is_missed_and_stops_no_other() -> None:
    def fail(ground: Ground, wanted: Sequence[str]) -> Iterator[tuple[str, Measured]]:
        yield "fast", Measured(3.0, 1.0)
        raise OSError("no room")

    groups = (Group("failing", (FAST, LIGHT), fail), *make_groups(3.0, 1.0))
    results = run(groups)
    assert [one.holds for one in results] == [True, False, True, True]
    assert results[1].failure == "OSError: no room"


@pytest.mark.parametrize(
    ("arguments", "fast", "code"),
    [([], 3.0, 0), ([], 1.0, 1), (["--only", "light"], 1.0, 0), (["--only", "slow"], 3.0, 2)],
)
def test_the_exit_code(
    arguments: list[str], fast: float, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_main, "GROUPS", make_groups(fast, 1.0))
    monkeypatch.setattr(bench_main, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "argv", ["bench", *arguments])
    assert bench_main.main() == code
    written = tmp_path / "var" / "bench.json"
    assert written.exists() is (code != 2)
    if code != 2:
        document = json.loads(written.read_text(encoding="utf-8"))
        assert document["holds"] is (code == 0)
        assert [one["name"] for one in document["figures"]] == (["light"] if arguments else ["fast", "light"])


def test_the_table_replaces_the_one_before(tmp_path: Path) -> None:
    page = tmp_path / "bench.md"
    page.write_text(f"# Speed\n{TABLE_BEGINS}earlier\n{TABLE_ENDS}after\n", encoding="utf-8")
    keep_table(run(make_groups(3.0, 2.0)), NOW, page)
    text = page.read_text(encoding="utf-8")
    assert "| `fast` | 3.00 | ≥ 2 | yes |" in text
    assert "| `light` | 2.00 | ≤ 1.5 | no |" in text
    assert text.startswith("# Speed\n")
    assert text.endswith("after\n")
    assert "earlier" not in text
    page.write_text("# Speed\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no place"):
        keep_table([], NOW, page)


def test_rounds_alternate_and_give_medians() -> None:
    order: list[str] = []
    ours, theirs = iter([9.0, 1.0, 5.0, 3.0]), iter([9.0, 2.0, 2.0, 2.0])

    def measure_ours() -> float:
        order.append("ours")
        return next(ours)

    def measure_theirs() -> float:
        order.append("theirs")
        return next(theirs)

    measured = compare(measure_ours, measure_theirs, rounds=3)
    assert (measured.ours, measured.theirs, measured.ratio) == (3.0, 2.0, 1.5)
    assert order[2:] == ["ours", "theirs", "theirs", "ours", "ours", "theirs"]
    assert rate_for(0.01, lambda: 1)() > 0


def test_the_ground_is_cleared_before_each_group() -> None:
    heard: list[str] = []
    groups = (*make_groups(2.0, 1.0), *make_groups(2.0, 1.0))
    list(run_groups(choose(groups, None), GROUND, heard.append, lambda: heard.append("clear")))
    assert [one.split()[0] for one in heard] == ["clear", "fast", "light"] * 2


def test_a_number_that_was_taken_is_not_tried_again_by_the_raw_route(database_url: str) -> None:
    engine = create_engine(database_url)
    recorder = Recorder(engine)
    made = "INSERT INTO service_case (no) VALUES (1) ON CONFLICT DO NOTHING RETURNING no"
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TEMPORARY TABLE service_case (no int PRIMARY KEY) ON COMMIT DROP")
        with recorder.record() as recording:
            recorder.begin()
            for statement in (made, made, "SELECT no FROM service_case WHERE no = 2"):
                connection.exec_driver_sql(statement)
    engine.dispose()
    assert [one.makes_case for one in recording.statements] == [True, False]
