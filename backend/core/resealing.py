"""Gives every sealed value the key that seals now, while the hall goes on.

What is written meanwhile stands: a value is replaced only where it is still the one that was read. It works
as the database's owner, for histories are sealed as well, and nobody else may touch them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Connection, Engine, TextClause, text

from backend.core.encryption import DecryptionFailed, KeyRing

_BATCH: Final = 500
_NEEDED: Final = re.compile(r"\{(\w+)\}")
_PRIMARY_KEY = text(
    "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid"
    " AND a.attnum = ANY(i.indkey) WHERE i.indrelid = CAST(:table AS regclass) AND i.indisprimary"
    " ORDER BY array_position(i.indkey::smallint[], a.attnum)"
)


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed texts. ``context`` is what they are bound to, with columns of the row in braces.

    A ``form`` holds values by field, of which the personal ones are sealed one by one; ``{field}`` in the
    context is the field's key. A ``value`` is one value of a form, which may be in clear.
    """

    table: str
    column: str
    context: str
    shape: Literal["text", "form", "value"] = "text"

    @property
    def name(self) -> str:
        """Return ``table.column``."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Resealed:
    """What became of a column: how many rows have the new key, and how many could not be opened."""

    name: str
    done: int
    failed: int


class Resealing:
    """Works on ``columns`` through ``engine``, which must be the owner's."""

    def __init__(self, engine: Engine, keys: KeyRing, columns: Sequence[SealedColumn]) -> None:
        self._engine = engine
        self._keys = keys
        self._columns = tuple(columns)

    def count(self) -> dict[str, dict[int, int]]:
        """Return, for each column, how many values there are under each key."""
        found: dict[str, dict[int, int]] = {}
        with self._engine.connect() as connection:
            for one in self._columns:
                rows = connection.execute(_make_count(one))
                found[one.name] = {int(number): amount for number, amount in rows}
        return found

    def run(self) -> Iterator[Resealed]:
        """Work through all columns, each in short transactions; a second run finds only what is left."""
        with self._engine.connect() as connection:
            for one in self._columns:
                yield self._reseal(connection, one)

    def _reseal(self, connection: Connection, one: SealedColumn) -> Resealed:
        key = list(connection.execute(_PRIMARY_KEY, {"table": one.table}).scalars())
        needed = [name for name in _NEEDED.findall(one.context) if name != "field"]
        read, write = _make_read(one, key, needed), _make_write(one, key)
        after: dict[str, Any] = {}
        done = failed = 0
        while True:
            mark = {"mark": f"v1.{self._keys.active_id}.%", "limit": _BATCH}
            rows = connection.execute(read(bool(after)), {**mark, **after}).mappings().all()
            for row in rows:
                try:
                    fresh = self._seal_anew(one, dict(row))
                except DecryptionFailed:
                    failed += 1
                    continue
                if fresh is not None:
                    at = {f"k{place}": row[name] for place, name in enumerate(key)}
                    was = _write_json(row["was"]) if one.shape == "form" else row["was"]
                    done += connection.execute(write, {**at, "was": was, "fresh": fresh}).rowcount
            connection.commit()
            if len(rows) < _BATCH:
                return Resealed(one.name, done, failed)
            after = {f"a{place}": rows[-1][name] for place, name in enumerate(key)}

    def _seal_anew(self, one: SealedColumn, row: Mapping[str, Any]) -> str | None:
        """Return the value under the key that seals now, or None where nothing of it has another."""
        if one.shape != "form":
            return self._turn(row["was"], one.context.format_map(row))
        values = row["was"]
        fresh = {
            field: {"sealed": self._turn(value["sealed"], one.context.format_map({**row, "field": field}))}
            for field, value in values.items()
            if _is_sealed(value) and self._keys.needs_rotation(value["sealed"])
        }
        return _write_json({**values, **fresh}) if fresh else None

    def _turn(self, sealed: str, context: str) -> str:
        return self._keys.encrypt(self._keys.decrypt(sealed, context), context)


def _is_sealed(value: object) -> bool:
    return isinstance(value, dict) and value.keys() == {"sealed"} and isinstance(value["sealed"], str)


def _write_json(values: object) -> str:
    return json.dumps(values, ensure_ascii=False)


def _make_count(one: SealedColumn) -> TextClause:
    found = f"{_read(one)} AS sealed FROM {one.table} WHERE {_read(one)} IS NOT NULL"
    if one.shape == "form":
        found = (
            f"value->>'sealed' AS sealed FROM {one.table}, jsonb_each({one.column})"
            " WHERE jsonb_typeof(value) = 'object' AND value->>'sealed' LIKE 'v1.%'"
        )
    # Every part of it is a name from our own table of columns.
    return text(f"SELECT split_part(sealed, '.', 2), count(*) FROM (SELECT {found}) AS all_of_it GROUP BY 1")


def _make_read(one: SealedColumn, key: Sequence[str], needed: Sequence[str]) -> Callable[[bool], TextClause]:
    """Return what makes the question for a batch, from the beginning or after the last one."""
    columns = ", ".join(dict.fromkeys([*key, *needed]))
    unlike = f"{_read(one)} NOT LIKE :mark"
    if one.shape == "form":
        unlike = (
            f"EXISTS (SELECT FROM jsonb_each({one.column}) AS f(field, value)"
            " WHERE jsonb_typeof(f.value) = 'object' AND f.value->>'sealed' LIKE 'v1.%'"
            " AND f.value->>'sealed' NOT LIKE :mark)"
        )
    place = f"({', '.join(key)}) > ({', '.join(f':a{at}' for at in range(len(key)))})"

    def make(is_further: bool) -> TextClause:
        on = f" AND {place}" if is_further else ""
        return text(
            f"SELECT {columns}, {_read(one)} AS was FROM {one.table}"
            f" WHERE {unlike}{on} ORDER BY {', '.join(key)} LIMIT :limit"
        )

    return make


def _make_write(one: SealedColumn, key: Sequence[str]) -> TextClause:
    at = " AND ".join(f"{name} = :k{place}" for place, name in enumerate(key))
    was, fresh = {
        "text": (":was", ":fresh"),
        "form": ("CAST(:was AS jsonb)", "CAST(:fresh AS jsonb)"),
        "value": (":was", "jsonb_build_object('sealed', CAST(:fresh AS text))"),
    }[one.shape]
    return text(f"UPDATE {one.table} SET {one.column} = {fresh} WHERE {at} AND {_read(one)} = {was}")


def _read(one: SealedColumn) -> str:
    return f"{one.column}->>'sealed'" if one.shape == "value" else one.column
