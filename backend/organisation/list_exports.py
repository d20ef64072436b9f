"""The one door by which lists of the console leave as Excel files: who may, how many rows, its name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO

from backend.core.errors import Forbidden, NotFound
from backend.core.local_time import local_date
from backend.core.spreadsheet import Column, write_sheet
from backend.organisation.service import Member

MOST_ROWS = 10_000

Asked = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenedList:
    """A list as somebody asked for it; its rows are read only while they are written."""

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Exportable:
    """A list that can be exported.

    ``posts`` have it, None for everybody who is signed in. ``revealing`` are the posts that may have personal
    values in full where they give a reason; ``open`` then writes down each look.
    """

    open: Callable[[Member, Asked], OpenedList]
    posts: frozenset[str] | None = None
    revealing: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the file's name, how many rows, and whether there were more."""

    file_name: str
    rows: int
    is_cut: bool


class ListExports:
    """Writes lists as Excel files. ``lists`` are those of all components by their key."""

    def __init__(self, lists: Mapping[str, Exportable], now: Callable[[], datetime]) -> None:
        self._lists = dict(lists)
        self._now = now

    def write(self, member: Member, key: str, asked: Asked, file: BinaryIO) -> Exported:
        """Write a list to ``file``, at most MOST_ROWS rows of it.

        Raises NotFound for an unknown list, Forbidden for one that ``member`` has not, and for full values
        (``reason`` in ``asked``) that their posts may not have; and whatever the list itself refuses.
        """
        wanted = self._lists.get(key)
        if wanted is None:
            raise NotFound()
        if wanted.posts is not None:
            _require(member, wanted.posts)
        if asked.get("reason"):
            _require(member, wanted.revealing)
        opened = wanted.open(member, asked)
        written = write_sheet(file, opened.title, opened.columns, opened.rows, MOST_ROWS)
        name = f"{opened.title}_{local_date(self._now()):%Y-%m-%d}.xlsx"
        return Exported(name, written.rows, written.is_cut)


def _require(member: Member, posts: Collection[str]) -> None:
    if not (member.positions | member.departments) & set(posts):
        raise Forbidden()
