"""``flask keys status | rotate``: which key personal data lies under, and giving all of it the newest."""

from __future__ import annotations

from collections.abc import Sequence

import click
from flask.cli import AppGroup
from sqlalchemy import NullPool, create_engine

from backend.core.resealing import Resealing, SealedColumn
from backend.files.resealing import FileResealing
from composition.hall import Hall
from composition.platforms import make_storage


def make_key_commands(hall: Hall, columns: Sequence[SealedColumn]) -> AppGroup:
    """Return the commands; both may run while the hall does."""
    group = AppGroup("keys", help="The keys that personal data is sealed with.")

    def open_both() -> tuple[Resealing, FileResealing]:
        # Not under the application's role, which may not touch histories.
        engine = create_engine(hall.settings.database_url, poolclass=NullPool)
        files = FileResealing(hall.sessions, make_storage(hall.settings), hall.keys)
        return Resealing(engine, hall.keys, columns), files

    @group.command("status")
    @click.option("--files", "with_files", is_flag=True, help="Read every file as well.")
    def status(with_files: bool) -> None:
        """Count what lies under each key; a key that nothing lies under may leave the ring."""
        values, files = open_both()
        counted = values.count()
        if with_files:
            counted["files"] = files.count()
        under: dict[int, int] = {}
        for name, amounts in counted.items():
            for number, amount in sorted(amounts.items()):
                under[number] = under.get(number, 0) + amount
                if number != hall.keys.active_id:
                    click.echo(f"{name}: {amount} under key {number}")
        for number, amount in sorted(under.items()):
            seals = ", which seals now" if number == hall.keys.active_id else ""
            click.echo(f"key {number}: {amount} values{seals}")

    @group.command("rotate")
    def rotate() -> None:
        """Give everything the key that seals now; again and again changes nothing more."""
        values, files = open_both()
        failed = 0
        for one in values.run():
            failed += one.failed
            if one.done or one.failed:
                click.echo(f"{one.name}: {one.done} done, {one.failed} not opened")
        done, lost = files.run()
        click.echo(f"files: {done} done, {lost} not opened")
        if failed + lost:
            raise click.ClickException(
                f"{failed + lost} values open with no key of the ring; they are as they were"
            )

    return group
