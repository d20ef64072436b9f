"""What the product asks of a contract management system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

Judgement = Literal["submitted", "approved", "refused"]
JUDGEMENTS: tuple[Judgement, ...] = ("submitted", "approved", "refused")


@dataclass(frozen=True, slots=True)
class Draft:
    """A contract to be approved. ``reference`` is ours; the same one again is the same submission."""

    reference: str
    case_no: str
    title: str
    unit: str
    page: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the system says of a contract; ``reason`` is there where it refuses."""

    reference: str
    state: Judgement
    reason: str = ""


class CallbackRefused(Exception):
    """A callback that is not believed; ``args[0]`` says why."""


class ContractPort(Protocol):
    """Submits contracts, asks for them, and reads what the system sends by itself."""

    def submit(self, draft: Draft) -> None:
        """Submit a contract; doing it again changes nothing.

        Raises PlatformUnavailable where it may be tried again, PlatformRefused where that changes nothing.
        """

    def ask(self, reference: str) -> Verdict | None:
        """Return how a contract stands, or None where the system does not know it. Raises as ``submit``."""

    def read_callback(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[str, Verdict]:
        """Return the nonce and the verdict of a callback; raises CallbackRefused."""
