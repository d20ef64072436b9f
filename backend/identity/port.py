"""What the product asks of whoever checks faces."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

# A name or an ID number that the provider finds malformed; raised for the field it names.
NAME, ID_NUMBER = "name", "id_number"


class FaceState(StrEnum):
    """How a check stands. UNKNOWN is neither passed nor failed: nobody can say."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be in front of the camera."""

    name: str
    id_number: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A check that was opened: the provider's own reference, and where the person goes on.

    That is the page ``url``, or within the mini-program WeChat's own camera with the ``ticket``.
    """

    provider_reference: str
    url: str
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Who is to be checked under which ``reference`` of ours.

    A provider's page sends back to ``come_back_to``; ``openid`` is the person's in the mini-program.
    """

    person: Person
    reference: str
    come_back_to: str = ""
    openid: str = ""


@dataclass(frozen=True, slots=True)
class FaceAnswer:
    """What the provider says of a check. ``code`` is the provider's own; no picture is ever asked for.

    ``reference`` is ours as it was given at the beginning, ``person`` whom the provider compared with.
    """

    state: FaceState
    code: str
    reference: str = ""
    person: Person = Person("", "")


class PersonRefused(Exception):
    """The provider cannot check this name or ID number; ``args[0]`` is NAME or ID_NUMBER."""


class FaceChecks(Protocol):
    """Opens checks and asks how they ended. ``key`` names the provider in our rows."""

    key: str

    def begin(self, opening: Opening) -> Begun:
        """Open a check.

        Raises PersonRefused; PlatformUnavailable where it may be tried again, PlatformRefused where not.
        """

    def query(self, provider_reference: str, asked: Opening) -> FaceAnswer:
        """Ask how a check ended that was opened for ``asked``; asking again changes nothing.

        Raises as ``begin`` for the platform.
        """
