"""The commands ``flask processes lint | draw | conformance | publish`` and ``flask migrate``."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session, sessionmaker

from backend.catalogue.conformance.command import make_conformance_command
from backend.catalogue.drawing import draw_process
from backend.catalogue.folder import ProcessesFolder, list_drafts, read_folder
from backend.catalogue.lint import lint
from backend.catalogue.loader import build_process
from backend.catalogue.service import ChangedWithoutVersion, publish
from backend.catalogue.vocabulary import Vocabulary
from backend.core.migrating import upgrade_database


def make_processes_commands(words: Vocabulary) -> AppGroup:
    """Return the commands that need no database."""
    group = AppGroup("processes", help="Check, draw and publish the processes.")

    @group.command("lint")
    def lint_processes() -> None:
        """Check every process and form; exits 1 where one has a fault."""
        content = _read_sound_folder(words)
        click.echo(f"{len(content.processes)} processes and {len(content.forms)} forms, no fault")

    @group.command("draw")
    @click.argument("process_id")
    def draw(process_id: str) -> None:
        """Print a process as a Mermaid flow chart."""
        body = read_folder().processes.get(process_id)
        if body is None:
            raise click.ClickException(f"there is no process {process_id}")
        click.echo(draw_process(build_process(body)), nl=False)

    group.add_command(make_conformance_command(words, lambda: _read_sound_folder(words)))
    return group


def add_publish_command(group: AppGroup, words: Vocabulary, sessions: sessionmaker[Session]) -> None:
    """Add the command that stores new versions in the database."""

    @group.command("publish")
    def publish_processes() -> None:
        """Store every version that is new; exits 1 where content changed under a known version."""
        _publish_folder(words, sessions)


def make_migrate_command(
    words: Vocabulary, sessions: sessionmaker[Session], database_url: str
) -> click.Command:
    """Return the command that brings a database to this version of code and processes."""

    @click.command("migrate")
    def migrate() -> None:
        """Run the migrations, then publish the processes; doing it again changes nothing."""
        upgrade_database(database_url)
        _publish_folder(words, sessions)

    return migrate


def _publish_folder(words: Vocabulary, sessions: sessionmaker[Session]) -> None:
    drafts = list_drafts(_read_sound_folder(words))
    try:
        with sessions.begin() as session:
            stored = publish(session, drafts, "processes/", datetime.now(UTC))
    except ChangedWithoutVersion as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{stored} new versions of {len(drafts)} definitions")


def _read_sound_folder(words: Vocabulary) -> ProcessesFolder:
    content = read_folder()
    findings = lint(content, words)
    if findings:
        raise click.ClickException("\n".join(map(str, findings)))
    return content
