"""The rules by which companies are classified and graded: data in, a class out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.catalogue.conditions import evaluate
from backend.customers.classes import CLASS_NAMES


class RuleMalformed(ValueError):
    """A rule that names no class that exists, or lacks a part; the start stops at it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A class and grade, when they hold, and how often such a customer is visited."""

    when: Mapping[str, Any]
    classification: str
    grade: str
    standard: str
    visit_every_days: int


def read_rules(rows: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Return the rules in their order; raises RuleMalformed."""
    rules = []
    for row in rows:
        try:
            days = int(row["visit_every_days"])
            rule = Rule(row["when"], row["class"], row["grade"], row["standard"], days)
        except (KeyError, TypeError, ValueError) as error:
            raise RuleMalformed(str(row)) from error
        if rule.classification not in CLASS_NAMES or rule.visit_every_days < 1:
            raise RuleMalformed(str(row))
        evaluate(rule.when, {})
        rules.append(rule)
    return tuple(rules)


def classify(rules: Sequence[Rule], gas_use: str, annual_volume: float | None) -> Rule | None:
    """Return the first rule that holds, or None where the data say nothing."""
    known = {"gas_use": gas_use, "annual_volume": annual_volume}
    return next((rule for rule in rules if evaluate(rule.when, known)), None)
