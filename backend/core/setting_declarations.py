"""How one deployment setting is declared; reading, checking and ``.env.example`` follow from that."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from backend.core.setting_values import read_text


@dataclass(frozen=True)
class Declaration:
    """How one setting is named, read, explained and checked. ``parse`` raises ValueError on a bad value."""

    env: str
    about: str
    unit: str
    example: str
    parse: Callable[[str], Any]
    required: bool
    default: Any
    secret: bool
    needs: tuple[str, ...]


def setting(
    env: str,
    about: str,
    *,
    example: str,
    unit: str,
    parse: Callable[[str], Any] = read_text,
    required: bool = False,
    default: object = None,
    secret: bool = False,
    needs: tuple[str, ...] = (),
) -> Any:  # noqa: ANN401 - like dataclasses.field, it stands for a value of the type beside it
    """Return the field of one setting; its name in the environment is ``env``."""
    declaration = Declaration(env, about, unit, example, parse, required, default, secret, needs)
    # Secrets stay out of repr, so that a settings object in a traceback or log gives nothing away.
    return field(repr=not secret, metadata={"declaration": declaration})


@dataclass(frozen=True)
class SettingProblem:
    """One faulty variable: its environment name and what it should look like. Never carries the value."""

    name: str
    expected: str


class ConfigurationError(Exception):
    """The environment cannot be used. ``problems`` lists every faulty variable, not only the first."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        lines = "".join(f"\n  {one.name}: {one.expected}" for one in problems)
        super().__init__(f"{len(problems)} setting(s) are missing or malformed:{lines}")
        self.problems = problems
