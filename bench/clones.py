"""Many cases out of one that production made: its rows copied in the database under new numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

Owner = psycopg.Connection[Any]
_COLUMNS = (
    "SELECT column_name FROM information_schema.columns"
    " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position"
)
_PLAIN_INDEXES = (
    "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
    " WHERE indrelid = ANY(CAST(%s AS regclass[])) AND NOT indisunique"
)


def clone_cases(
    owner: Owner,
    template_id: int,
    first_id: int,
    numbers: Sequence[str] | int,
    task: Mapping[str, str] | None = None,
) -> list[int]:
    """Copy the case ``template_id`` with its tasks and history; the copies' ids count on from ``first_id``.

    ``numbers`` are their case numbers, or how many copies with numbers made in the database. ``task`` has
    SQL for columns of their tasks, of the template's row ``t`` and the copy's number ``copy_no.n``; such
    copies come without history, form and finished tasks.
    """
    amount = numbers if isinstance(numbers, int) else len(numbers)
    owner.execute("CREATE TEMP TABLE copy_no (n bigint, case_no text) ON COMMIT DROP")
    if isinstance(numbers, int):
        owner.execute(
            "INSERT INTO copy_no"
            " SELECT n, to_char(%s + n, 'FM000000000000000') FROM generate_series(0, %s) n",
            (first_id, amount - 1),
        )
    else:
        with owner.cursor().copy("COPY copy_no FROM STDIN") as rows:
            for n, case_no in enumerate(numbers):
                rows.write_row((n, case_no))
    # A form is most of a case's bytes, and no list reads it.
    slim = {} if task is None else {"form": "'{}'::jsonb"}
    new = {**slim, "case_no": "copy_no.case_no", "public_token_hash": "sha256(copy_no.case_no::bytea)"}
    _copy_table(owner, "service_case", "id", template_id, first_id, new)
    only = "TRUE" if task is None else "t.state = 'open'"
    _copy_table(owner, "case_task", "case_id", template_id, first_id, task or {}, only)
    if task is None:
        _copy_table(owner, "case_event", "case_id", template_id, first_id, {})
    owner.commit()
    return list(range(first_id, first_id + amount))


def _copy_table(
    owner: Owner,
    table: str,
    key: str,
    template_id: int,
    first_id: int,
    new: Mapping[str, str],
    only: str = "TRUE",
) -> None:
    columns = [row[0] for row in owner.execute(_COLUMNS, (table,))]
    taken = {**new, key: f"{first_id} + copy_no.n"}
    values = [sql.SQL(taken[one]) if one in taken else sql.Identifier("t", one) for one in columns]
    owner.execute(
        sql.SQL(
            "INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"
            " SELECT {values} FROM copy_no, {table} t WHERE t.{key} = {template} AND {only}"
        ).format(
            table=sql.Identifier(table),
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            values=sql.SQL(", ").join(values),
            key=sql.Identifier(key),
            template=sql.Literal(template_id),
            only=sql.SQL(only),
        )
    )


@contextmanager
def hold_indexes_back(owner: Owner, tables: Sequence[str] = ("service_case", "case_task")) -> Iterator[None]:
    """Do without the plain indexes of ``tables`` in the block, since building them once is faster."""
    indexes = owner.execute(_PLAIN_INDEXES, (list(tables),)).fetchall()
    for name, _ in indexes:
        owner.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(name)))
    # What is written in the block refers only to what is there.
    owner.execute("SET session_replication_role = replica")
    owner.commit()
    yield
    owner.execute("SET session_replication_role = origin")
    for _, definition in indexes:
        owner.execute(sql.SQL(definition))
    owner.commit()
