"""Sealed values get another key while the hall goes on; nothing that cannot be opened is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, func, insert, text, update
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from backend.core.encryption import KeyRing
from backend.core.resealing import Resealed, Resealing, SealedColumn
from backend.files.local_storage import LocalFolderStorage
from backend.files.models import StoredFile
from backend.files.resealing import FileResealing
from backend.files.service import bind_content
from backend.files.storage import FileStorage
from composition.sealed_columns import CLEAR_JSON, SEALED_COLUMNS

INDEX = bytes(range(32))
OLD = KeyRing({1: b"a" * 32}, 1, INDEX)
BOTH = KeyRing({1: b"a" * 32, 2: b"b" * 32}, 2, INDEX)
NEW = KeyRing({2: b"b" * 32}, 2, INDEX)
TEXTS = SealedColumn("jar", "told_sealed", "jar.told:{id}:{lid}")
FORMS = SealedColumn("jar", "form", "form.{field}", "form")
VALUES = SealedColumn("jar", "was", "form.{lid}", "value")


@pytest.fixture
def jars(owner: Engine) -> Iterator[Engine]:
    """Yield the database with a table of jars, sealed with the old key."""
    with owner.begin() as connection:
        connection.execute(
            text(
                "CREATE TABLE jar (id bigint, lid text, told_sealed text, form jsonb, was jsonb,"
                " PRIMARY KEY (id, lid))"
            )
        )
        for number in range(1, 1204):
            form = {"name": {"sealed": OLD.encrypt('"张三"', "form.name")}, "kind": "stove", "more": {"a": 1}}
            row = {
                "id": number // 2,
                "lid": f"lid{number % 2}",
                "told": OLD.encrypt(f"told {number}", f"jar.told:{number // 2}:lid{number % 2}"),
                "form": json.dumps(form),
                "was": json.dumps({"sealed": OLD.encrypt('"李四"', f"form.lid{number % 2}")}),
            }
            insert = "INSERT INTO jar VALUES (:id, :lid, :told, CAST(:form AS jsonb), CAST(:was AS jsonb))"
            connection.execute(text(insert), row)
    yield owner
    with owner.begin() as connection:
        connection.execute(text("DROP TABLE jar"))


def read(engine: Engine, asked: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(asked)).all())


def test_texts_forms_and_values_take_the_new_key(jars: Engine) -> None:
    rotation = Resealing(jars, BOTH, (TEXTS, FORMS, VALUES))
    assert rotation.count() == {one.name: {1: 1203} for one in (TEXTS, FORMS, VALUES)}
    assert list(rotation.run()) == [Resealed(one.name, 1203, 0) for one in (TEXTS, FORMS, VALUES)]
    assert rotation.count() == {one.name: {2: 1203} for one in (TEXTS, FORMS, VALUES)}
    rows = read(jars, "SELECT id, lid, told_sealed, form, was FROM jar")
    for row in rows:
        number = row.id * 2 + int(row.lid[-1])
        assert NEW.decrypt(row.told_sealed, f"jar.told:{row.id}:{row.lid}") == f"told {number}"
        assert NEW.decrypt(row.form["name"]["sealed"], "form.name") == '"张三"'
        assert (row.form["kind"], row.form["more"]) == ("stove", {"a": 1})
        assert NEW.decrypt(row.was["sealed"], f"form.{row.lid}") == '"李四"'
    assert [one.done for one in rotation.run()] == [0, 0, 0]


def test_what_is_written_meanwhile_stands(jars: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    turn = Resealing._turn
    fresh = BOTH.encrypt("fresh", "jar.told:0:lid1")

    def interrupt(self: Resealing, sealed: str, context: str) -> str:
        if context == "jar.told:0:lid1":
            with jars.begin() as connection:
                connection.execute(
                    text("UPDATE jar SET told_sealed = :told WHERE id = 0 AND lid = 'lid1'"), {"told": fresh}
                )
        return turn(self, sealed, context)

    monkeypatch.setattr(Resealing, "_turn", interrupt)
    [found] = Resealing(jars, BOTH, (TEXTS,)).run()
    assert (found.done, found.failed) == (1202, 0)
    [[kept]] = read(jars, "SELECT told_sealed FROM jar WHERE id = 0 AND lid = 'lid1'")
    assert NEW.decrypt(kept, "jar.told:0:lid1") == "fresh"


def test_what_no_key_opens_stays_and_is_told(jars: Engine) -> None:
    lost = OLD.encrypt("told", "somewhere.else")
    with jars.begin() as connection:
        connection.execute(text("UPDATE jar SET told_sealed = :told WHERE id = 7"), {"told": lost})
    [found] = Resealing(jars, BOTH, (TEXTS,)).run()
    assert (found.done, found.failed) == (1201, 2)
    assert {row[0] for row in read(jars, "SELECT told_sealed FROM jar WHERE id = 7")} == {lost}


def test_every_sealed_column_of_the_tables_is_known(owner: Engine) -> None:
    columns = read(
        owner,
        "SELECT c.table_name || '.' || c.column_name, c.data_type FROM information_schema.columns c"
        " JOIN pg_class k ON k.relname = c.table_name AND NOT k.relispartition"
        " WHERE c.table_schema = 'public' AND (c.data_type = 'jsonb' OR c.column_name LIKE '%\\_sealed')",
    )
    known = {one.name for one in SEALED_COLUMNS}
    assert {name for name, kind in columns if kind != "jsonb"} == {one for one in known if "_sealed" in one}
    assert {name for name, kind in columns if kind == "jsonb"} == CLEAR_JSON | {
        one.name for one in SEALED_COLUMNS if one.shape != "text"
    }


def test_the_application_itself_may_not_rewrite_histories(sessions: sessionmaker[Session]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), sessions.begin() as session:
        session.execute(text("UPDATE case_message SET text_sealed = text_sealed"))


class Erasing:
    """A storage in which each file is erased just after somebody has read it."""

    def __init__(self, storage: FileStorage, sessions: sessionmaker[Session]) -> None:
        self._storage, self._sessions = storage, sessions
        self.put, self.delete, self.exists = storage.put, storage.delete, storage.exists

    def get(self, key: str) -> bytes:
        content = self._storage.get(key)
        of_key = StoredFile.file_key == key.partition(".")[0]
        with self._sessions.begin() as session:
            session.execute(update(StoredFile).where(of_key).values(erased_at=func.now()))
        self._storage.delete(key)
        return content


def test_a_file_that_is_erased_meanwhile_does_not_come_back(
    sessions: sessionmaker[Session], tmp_path: Path, centre: str
) -> None:
    storage, key = LocalFolderStorage(tmp_path), "k" * 43
    content = f"{key}.original"
    storage.put(content, OLD.encrypt_bytes(b"a photo", bind_content(content)))
    row = {
        "file_key": key, "owner": "customer:1", "purpose": "application", "kind": "pdf",
        "mime": "application/pdf", "size": 7, "sha256": b"-", "retention_days": 1,
        "original_name_sealed": OLD.encrypt("-", f"stored_file.name:{key}"), "created_at": func.now(),
        "stored_at": func.now(),
    }  # fmt: skip
    with sessions.begin() as session:
        session.execute(insert(StoredFile).values(**row))
    try:
        assert FileResealing(sessions, Erasing(storage, sessions), BOTH).run() == (0, 0)
        assert not storage.exists(content)
        # One that stands is turned, and read with the new key alone.
        storage.put(content, OLD.encrypt_bytes(b"a photo", bind_content(content)))
        with sessions.begin() as session:
            session.execute(update(StoredFile).where(StoredFile.file_key == key).values(erased_at=None))
        assert FileResealing(sessions, storage, BOTH).run() == (1, 0)
        assert NEW.decrypt_bytes(storage.get(content), bind_content(content)) == b"a photo"
    finally:
        with sessions.begin() as session:
            session.execute(delete(StoredFile).where(StoredFile.file_key == key))
