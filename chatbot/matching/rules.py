"""Keyword rules, ``卡 + 丢|掉了 + !银行卡``: all groups stand in a sentence, and none of what is barred."""

from __future__ import annotations

from dataclasses import dataclass


class RuleMalformed(Exception):
    """A rule cannot be read; says what to mend."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One word of each group must stand in a sentence, and no word of ``barred``."""

    groups: tuple[tuple[str, ...], ...]
    barred: tuple[str, ...]


def read_rule(told: str) -> Rule:
    """Return the rule that ``told`` spells; raises RuleMalformed."""
    groups, barred = [], []
    for part in told.split("+"):
        is_barred = part.strip().startswith("!")
        words = tuple(one.strip().lower() for one in part.strip().removeprefix("!").split("|"))
        if not all(words):
            raise RuleMalformed(f"{told}: a word is lacking beside + or |")
        if is_barred:
            barred += [one.removeprefix("!") for one in words]
        else:
            groups.append(words)
    if not groups:
        raise RuleMalformed(f"{told}: no word that must be there")
    return Rule(tuple(groups), tuple(barred))
