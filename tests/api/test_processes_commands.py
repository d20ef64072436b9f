"""``flask processes lint | draw | publish`` as a person types them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue import cli
from backend.catalogue.folder import ProcessesFolder, list_drafts, read_folder
from backend.catalogue.models import DefinitionVersion
from wsgi import create_tools


def test_lint_without_settings() -> None:
    done = create_tools().test_cli_runner().invoke(args=["processes", "lint"])
    assert done.exit_code == 0, done.output
    shipped = read_folder()
    assert f"{len(shipped.processes)} processes and {len(shipped.forms)} forms, no fault" in done.output


def test_draw() -> None:
    runner = create_tools().test_cli_runner()
    done = runner.invoke(args=["processes", "draw", "repair"])
    assert done.exit_code == 0
    assert "试压点火" in done.output
    done = runner.invoke(args=["processes", "draw", "nothing"])
    assert done.exit_code == 1
    assert "there is no process nothing" in done.output


def change_name(content: ProcessesFolder, **changes: object) -> ProcessesFolder:
    bodies = deepcopy(dict(content.processes))
    bodies["repair"] = {**bodies["repair"], **changes}
    return replace(content, processes=bodies)


def test_publish_once_and_never_under_an_old_version(
    app: Flask, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["processes", "publish"]).exit_code == 0
    again = runner.invoke(args=["processes", "publish"])
    assert again.output.startswith(f"0 new versions of {len(list_drafts(read_folder()))} ")
    content = read_folder()
    monkeypatch.setattr(cli, "read_folder", lambda: change_name(content, name="改了名字"))
    done = runner.invoke(args=["processes", "publish"])
    assert done.exit_code == 1
    assert "raise its version" in done.output
    monkeypatch.setattr(cli, "read_folder", lambda: change_name(content, first_step="nowhere"))
    done = runner.invoke(args=["processes", "publish"])
    assert done.exit_code == 1
    assert "there is no step nowhere" in done.output
    with sessions.begin() as session:
        names = session.scalars(select(DefinitionVersion.version).where(DefinitionVersion.key == "repair"))
        assert list(names) == [content.processes["repair"]["version"]]
