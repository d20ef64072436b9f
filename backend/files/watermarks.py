"""The viewer's name over photos of identity cards and faces: whoever passes one on is known by it."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

import structlog
from PIL import Image, ImageDraw, ImageFont
from sqlalchemy.orm import Session

from backend.core.errors import Unavailable
from backend.core.local_time import local_date
from backend.core.native_threads import compute_aside

# Ids of staff → their names.
NameStaff = Callable[[Session, Collection[int]], Mapping[int, str]]

STAFF: Final = "staff:"
_QUALITY: Final = 85
_ANGLE: Final = 30
# The height of the words as a share of the photo's shorter side, and the smallest that can be read.
_SHARE: Final = 22
_SMALLEST: Final = 10
_WORDS: Final = (255, 255, 255, 110)
_EDGE: Final = (60, 60, 60, 110)
_log = structlog.get_logger(__name__)


class Watermarks:
    """Marks photos; ``font`` is the file with Chinese letters that printed papers are set with."""

    def __init__(self, name_staff: NameStaff, font: Path) -> None:
        self._name_staff = name_staff
        self._font = font

    def write_words(self, session: Session, viewer: str, now: datetime) -> str:
        """Return who looks at the photo (``staff:<id>``) and on which day, as it stands over it."""
        staff_id = int(viewer.removeprefix(STAFF))
        name = self._name_staff(session, {staff_id}).get(staff_id, "")
        return f"{name} {staff_id} {local_date(now):%Y-%m-%d} 仅供办理燃气业务"

    def mark(self, photo: bytes, words: str) -> bytes:
        """Return the photo as JPEG with ``words`` all over it.

        Raises Unavailable where the font is not installed: a photo without its mark is not shown.
        """
        if not self._font.is_file():
            _log.error("the font of watermarks is missing", hint="run `make web`")
            raise Unavailable
        return compute_aside(partial(mark_photo, photo, words, self._font))


def mark_photo(photo: bytes, words: str, font: Path) -> bytes:
    """Return ``photo`` as JPEG with rows of ``words`` across it, aslant, light with a dark edge."""
    with Image.open(io.BytesIO(photo)) as opened:
        image = opened.convert("RGB")
    size = max(_SMALLEST, min(image.size) // _SHARE)
    layer = _write_rows(image.size, words, ImageFont.truetype(str(font), size), size)
    image.paste(layer, (0, 0), layer)
    sent = io.BytesIO()
    image.save(sent, "JPEG", quality=_QUALITY)
    return sent.getvalue()


def _write_rows(size: tuple[int, int], words: str, font: ImageFont.FreeTypeFont, height: int) -> Image.Image:
    """Return a clear layer with the words in rows, each shifted against the one above, turned aslant."""
    side = int((size[0] ** 2 + size[1] ** 2) ** 0.5)
    sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(sheet)
    step = int(font.getlength(words)) + 2 * height
    for row, top in enumerate(range(0, side, 4 * height)):
        for left in range(-(row % 2) * step // 2, side, step):
            pen.text(
                (left, top),
                words,
                font=font,
                fill=_WORDS,
                stroke_width=max(1, height // 16),
                stroke_fill=_EDGE,
            )
    turned = sheet.rotate(_ANGLE, resample=Image.Resampling.BILINEAR)
    across, down = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((across, down, across + size[0], down + size[1]))
