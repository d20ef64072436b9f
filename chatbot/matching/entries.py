"""An entry of the knowledge as customers are answered from it, and the files that the product ships with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chatbot.matching.rules import Rule, RuleMalformed, read_rule
from chatbot.matching.topics import Topic

FOLDER = Path(__file__).parents[1] / "entries"
LONGEST_QUESTION, LONGEST_PHRASING, LONGEST_ANSWER = 30, 40, 300
MOST_LINKS = 3
KINDS = frozenset({"resident", "business"})
# What of the customer's own an answer may begin with, once they are signed in.
OWN_FACTS = frozenset({"bill", "balance", "case", "visit", "inspection", "account"})
_KEY = re.compile(r"[a-z0-9_]{3,60}")
_LINK = re.compile(r"(?:page|service)/[a-z_]+")
_KNOWN = frozenset({"key", "question", "phrasings", "keywords", "answer", "links", "own", "for"})


class EntryMalformed(Exception):
    """An entry cannot be used; names its file, its key and what to mend."""


@dataclass(frozen=True, slots=True)
class Link:
    """A way on: ``to`` is ``page/<name>`` or ``service/<key>``."""

    text: str
    to: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A question that customers ask, the ways in which they do, and what they are told."""

    key: str
    topic: Topic
    question: str
    phrasings: tuple[str, ...]
    rules: tuple[Rule, ...]
    answer: str
    links: tuple[Link, ...] = ()
    own: str | None = None
    kinds: frozenset[str] = KINDS


def read_entries(folder: Path = FOLDER) -> list[Entry]:
    """Return the entries of all files of ``folder``; raises EntryMalformed."""
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.yaml")):
        told = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for entry in _read_file(path.name, told):
            if entry.key in entries:
                raise EntryMalformed(f"{path.name}: {entry.key} is there twice")
            entries[entry.key] = entry
    return list(entries.values())


def _read_file(name: str, told: Mapping[str, Any]) -> Iterator[Entry]:
    try:
        topic = Topic(told["topic"])
    except (KeyError, ValueError):
        raise EntryMalformed(f"{name}: no topic, or none that is known") from None
    for item in told["entries"]:
        try:
            yield make_entry(topic, item)
        except (EntryMalformed, RuleMalformed) as malformed:
            raise EntryMalformed(f"{name}: {item.get('key')}: {malformed}") from None


def make_entry(topic: Topic, item: Mapping[str, Any]) -> Entry:
    """Return the entry that ``item`` tells; raises EntryMalformed or RuleMalformed with what to mend."""
    if strange := set(item) - _KNOWN:
        raise EntryMalformed(f"{', '.join(sorted(strange))}: not known")
    if not _KEY.fullmatch(str(item.get("key", ""))):
        raise EntryMalformed("the key is made of small letters, digits and _")
    question = _read_text(item, "question", LONGEST_QUESTION)
    answer = _read_text(item, "answer", LONGEST_ANSWER)
    phrasings = [str(one).strip() for one in item.get("phrasings") or ()]
    if long := [one for one in phrasings if not 0 < len(one) <= LONGEST_PHRASING]:
        raise EntryMalformed(f"{long[0]}: between one and {LONGEST_PHRASING} signs")
    own = item.get("own")
    if own is not None and own not in OWN_FACTS:
        raise EntryMalformed(f"own: {own}: one of {', '.join(sorted(OWN_FACTS))}")
    kinds = frozenset(item.get("for") or KINDS)
    if not kinds <= KINDS:
        raise EntryMalformed(f"for: of {', '.join(sorted(KINDS))}")
    return Entry(
        key=str(item["key"]),
        topic=topic,
        question=question,
        phrasings=tuple(phrasings),
        rules=tuple(read_rule(str(one)) for one in item.get("keywords") or ()),
        answer=answer,
        links=_read_links(item.get("links") or ()),
        own=own,
        kinds=kinds,
    )


def _read_text(item: Mapping[str, Any], key: str, longest: int) -> str:
    text = str(item.get(key) or "").strip()
    if not 0 < len(text) <= longest:
        raise EntryMalformed(f"{key}: between one and {longest} signs, not {len(text)}")
    return text


def _read_links(told: Sequence[Mapping[str, str]]) -> tuple[Link, ...]:
    links = tuple(Link(one["text"], one["to"]) for one in told)
    if len(links) > MOST_LINKS or not all(_LINK.fullmatch(one.to) for one in links):
        raise EntryMalformed(f"links: at most {MOST_LINKS}, each to page/… or service/…")
    return links
