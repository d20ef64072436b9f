"""Reads the digits and capital letters that are printed in a picture, from nothing but its pixels.

Known is Pillow's own font alone, in any size: dark on light, upright, on one line. What is dark and connected
is one glyph; glyphs that stand in a row make a line, and each is compared with the pictures of all that are
known. Other marks and Chinese characters come out as "?".
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageDraw, ImageFont

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# The width to which large pictures are brought, and what is darker than this is ink.
_WIDTH, _INK = 1400, 110
_CELL = (12, 18)
_TEMPLATE_SIZE = 64
# How far a glyph may be from its picture, as a share of all there is, and how much wider or narrower.
_FURTHEST, _STRETCH = 0.28, 1.5
_LEAST_HEIGHT = 8
_RUN = re.compile(rb"\x01+")


@dataclass
class _Box:
    left: int
    top: int
    right: int
    bottom: int

    def take(self, other: _Box) -> None:
        self.left, self.top = min(self.left, other.left), min(self.top, other.top)
        self.right, self.bottom = max(self.right, other.right), max(self.bottom, other.bottom)

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top


def read_lines(content: bytes) -> list[str]:
    """Return the lines of a picture from top to bottom; raises ValueError and OSError where it is none."""
    with Image.open(io.BytesIO(content)) as opened:
        grey = opened.convert("L")
    if grey.width > _WIDTH:
        grey = grey.resize((_WIDTH, max(1, grey.height * _WIDTH // grey.width)))
    boxes = [one for one in _find_boxes(grey) if one.height <= grey.height // 4 and one.width < 200]
    return [_read_line(grey, line) for line in _find_lines(boxes)]


def _find_boxes(grey: Image.Image) -> list[_Box]:
    """Return the box of everything that is dark and connected."""
    ink = grey.point(lambda value: 1 if value < _INK else 0).tobytes()
    width, boxes, parents = grey.width, list[_Box](), list[int]()

    def find(one: int) -> int:
        while parents[one] != one:
            parents[one] = parents[parents[one]]
            one = parents[one]
        return one

    above: list[tuple[int, int, int]] = []
    for row in range(grey.height):
        here: list[tuple[int, int, int]] = []
        for run in _RUN.finditer(ink, row * width, (row + 1) * width):
            start, end = run.start() - row * width, run.end() - row * width
            own = len(boxes)
            boxes.append(_Box(start, row, end, row + 1))
            parents.append(own)
            for other_start, other_end, other in above:
                if other_start <= end and start <= other_end:
                    parents[find(own)] = find(other)
            here.append((start, end, own))
        above = here
    whole: dict[int, _Box] = {}
    for number, box in enumerate(boxes):
        whole.setdefault(find(number), _Box(box.left, box.top, box.right, box.bottom)).take(box)
    return list(whole.values())


def _find_lines(boxes: list[_Box]) -> list[list[_Box]]:
    """Return the glyphs of each line, from left to right; small marks belong to the line beside them."""
    lines: list[list[_Box]] = []
    tall = sorted((one for one in boxes if one.height >= _LEAST_HEIGHT), key=lambda one: -one.height)
    for box in tall:
        middle = (box.top + box.bottom) / 2
        line = next((one for one in lines if one[0].top <= middle <= one[0].bottom), None)
        if line is None:
            lines.append([box])
        elif box.height > line[0].height * 0.7:
            line.append(box)
    lines.sort(key=lambda line: line[0].top)
    return [sorted(line, key=lambda one: one.left) for line in lines]


def _read_line(grey: Image.Image, line: list[_Box]) -> str:
    """Return the line's text; a gap as wide as a glyph is a blank."""
    text, height = "", max(one.height for one in line)
    for before, box in zip([None, *line], line, strict=False):
        if before is not None and box.left - before.right > height * 0.6:
            text += " "
        text += _name(grey.crop((box.left, box.top, box.right, box.bottom)))
    return text


def _name(glyph: Image.Image) -> str:
    cell, shape = _normalise(glyph), glyph.width / glyph.height
    best, distance = "?", _FURTHEST
    for name, (template, its_shape) in _templates().items():
        if not its_shape / _STRETCH <= shape <= its_shape * _STRETCH:
            continue
        away = sum(abs(ours - theirs) for ours, theirs in zip(cell, template, strict=True))
        share = away / (255 * len(cell))
        if share < distance:
            best, distance = name, share
    return best


def _normalise(glyph: Image.Image) -> bytes:
    return glyph.resize(_CELL, Image.Resampling.BOX).tobytes()


@cache
def _templates() -> dict[str, tuple[bytes, float]]:
    font = ImageFont.load_default(_TEMPLATE_SIZE)
    found: dict[str, tuple[bytes, float]] = {}
    for name in ALPHABET:
        sheet = Image.new("L", (_TEMPLATE_SIZE * 2, _TEMPLATE_SIZE * 2), 255)
        ImageDraw.Draw(sheet).text((20, 20), name, fill=0, font=font)
        box = sheet.point(lambda value: 255 if value < _INK else 0).getbbox()
        if box is None:
            raise ValueError(f"the font has no {name}")
        glyph = sheet.crop(box)
        found[name] = _normalise(glyph), glyph.width / glyph.height
    return found
