"""What the product asks of whoever reads the text of identity cards and business licences in photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


class PaperKind(StrEnum):
    """Which paper a photo is to show."""

    ID_CARD = "id_card"
    LICENCE = "licence"


class PaperFault(StrEnum):
    """Why nothing was read: the picture shows no such paper, or it cannot be read well enough."""

    NOT_DOCUMENT = "paper_not_document"
    UNCLEAR = "paper_unclear"


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """What stands in a paper; what it does not say, as one side of a card says half of it, is empty.

    ``valid_until`` is its last day, None where it says none or is good for ever. ``request_id`` is what the
    provider calls our question.
    """

    name: str
    number: str
    valid_until: date | None
    request_id: str


class PaperRefused(Exception):
    """The picture is no such paper, or cannot be read; ``args[0]`` is the PaperFault."""


class PaperReader(Protocol):
    """Reads papers; each question may cost money. ``key`` names the provider."""

    key: str

    def read(self, kind: PaperKind, picture: bytes) -> ReadPaper:
        """Read a JPEG or PNG. Raises PaperRefused; PlatformUnavailable and PlatformRefused as all do."""
