"""What the product asks of whoever knows which name belongs to an ID number."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from backend.identity.port import Person


class NameVerdict(StrEnum):
    """What the register says. It knows people, and not who sits before the screen: this proves nobody."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NO_SUCH_NUMBER = "no_such_number"


@dataclass(frozen=True, slots=True)
class NameAnswer:
    """A comparison's end: ``code`` is the provider's own, ``request_id`` what it calls our question."""

    verdict: NameVerdict
    code: str
    request_id: str


class NameChecks(Protocol):
    """Compares names with ID numbers; each question may cost money. ``key`` names the provider."""

    key: str

    def compare(self, person: Person) -> NameAnswer:
        """Ask whether name and number belong together.

        Raises PlatformUnavailable where nobody could compare, and PlatformRefused where it is us who are
        refused.
        """
