"""The command ``flask processes conformance``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from pathlib import Path

import click

from backend.catalogue.conformance.manual import read_manual
from backend.catalogue.conformance.register import Evidence, read_register
from backend.catalogue.conformance.report import Conformance, compare, narrow, render_page, summarise
from backend.catalogue.contract_text import read_wording
from backend.catalogue.definition import FORM_FILLED
from backend.catalogue.folder import PROCESSES_FOLDER, ProcessesFolder
from backend.catalogue.vocabulary import Vocabulary
from backend.core.config import Settings

ROOT = PROCESSES_FOLDER.parent
MANUAL_FOLDER = ROOT.parent / "shared" / "manual"
PAGE = ROOT / "docs" / "conformance.md"
# Written by the tests (tests/passed_tests.py): the tests that passed when they ran last.
PASSED_FILE = ROOT / "var" / "tests-passed.json"


def compare_shipped(
    content: ProcessesFolder, folder: Path, words: Vocabulary, passed: frozenset[str] | None
) -> Conformance:
    """Compare what is shipped with the manual in ``folder``; ``content`` has passed the linter before."""
    evidence = Evidence(_list_words(words, content), ROOT, passed)
    return compare(read_manual(folder), content, read_register(), evidence)


def _list_words(words: Vocabulary, content: ProcessesFolder) -> Mapping[str, frozenset[str]]:
    """A guard or effect counts only where a process uses it; a blank is a contract's field or figure."""
    outcomes = [
        one for body in content.processes.values() for step in body["steps"] for one in step["outcomes"]
    ]
    used = {
        kind: {use["name"] for one in outcomes for use in one.get(kind, ())} for kind in ("guards", "effects")
    }
    used["effects"].update(
        use["name"]
        for body in content.processes.values()
        for step in body["steps"]
        for use in step.get("form_effects", ())
    )
    if any("form" in one.get("asks", ()) for one in outcomes):
        used["guards"].add(FORM_FILLED)
    bodies = content.processes.values()
    parameters = {name for body in bodies for part in ("parameters", "traits") for name in body.get(part, {})}
    deployment = {one.metadata["declaration"].env for one in fields(Settings)}
    return {
        "guard": words.guards & used["guards"],
        "effect": words.effects & used["effects"],
        "setting": frozenset(parameters | deployment),
        "blank": frozenset({*_list_fields(content), *_list_figures(content)}),
    }


def _list_fields(content: ProcessesFolder) -> Iterator[str]:
    for key, body in content.forms.items():
        if body.get("kind") == "contract":
            yield from (f"{key}.{one['key']}" for section in body["sections"] for one in section["fields"])


def _list_figures(content: ProcessesFolder) -> Iterator[str]:
    for key, body in content.templates.items():
        yield from (f"{key}.{one.name}" for one in read_wording(body["text"])[0].blanks if one.figure)


def read_passed(path: Path = PASSED_FILE) -> frozenset[str] | None:
    """Return the tests that passed when they ran last, or None where they never ran in this folder."""
    return frozenset(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else None


def make_conformance_command(words: Vocabulary, read_content: Callable[[], ProcessesFolder]) -> click.Command:
    """Return the command, which needs no database; ``read_content`` gives the linted processes."""

    @click.command("conformance")
    @click.option(
        "--manual", type=click.Path(path_type=Path), default=MANUAL_FOLDER, help="The manual's folder."
    )
    @click.option("--only", help="One process: fails only where it differs without a reason.")
    @click.option("--write", is_flag=True, help="Write docs/conformance.md.")
    def conformance(manual: Path, only: str | None, write: bool) -> None:
        """Compare the processes with the manual; exits 1 while anything differs or is missing."""
        if not manual.is_dir():
            click.echo(f"There is no manual at {manual}, so nothing was compared.")
            return
        content, passed = read_content(), read_passed()
        found = compare_shipped(content, manual, words, passed)
        if write:
            # What ran on this machine is no part of the page, which must be the same everywhere.
            page = render_page(found if passed is None else compare_shipped(content, manual, words, None))
            PAGE.write_text(page, encoding="utf-8")
        if only is not None:
            if only not in found.requirements:
                raise click.ClickException(f"the manual has no process {only}")
            found = narrow(found, only)
        if passed is None:
            click.echo(
                "No tests have run in this folder, so what the register says of them was only looked up."
            )
        missing, wrong = found.list_missing(), found.list_wrong()
        for line in (
            *summarise(found),
            *(f"missing: {one}" for one in missing),
            *(f"wrong: {one}" for one in wrong),
        ):
            click.echo(line)
        absent = only is not None and not found.flows[0].present
        if wrong or absent or (missing and only is None):
            raise SystemExit(1)

    return conformance
