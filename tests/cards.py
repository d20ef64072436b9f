"""Photos of papers for tests, drawn: the numbers can be read from their pixels, and nobody is real."""

from __future__ import annotations

import io

from PIL import Image, ImageDraw, ImageFont

_INK, _CARD, _TABLE = "#202428", "#dfe7ef", "#8d7b66"


def draw_card_front(number: str, **more: float) -> bytes:
    """Return the side of an identity card with face and number."""
    image, draw = _lay_card()
    draw.rectangle((610, 110, 800, 350), fill="#9aa7b5")
    _print(draw, (150, 430), number)
    return _save(image, **more)


def draw_card_back(first: str, last: str, **more: float) -> bytes:
    """Return the other side, with days as ``2015.03.01``; without ``last`` it is good for ever."""
    image, draw = _lay_card()
    draw.ellipse((90, 90, 210, 210), fill="#b6524a")
    _print(draw, (120, 430), f"{first} - {last}")
    return _save(image, **more)


def draw_licence(code: str, first: str = "", last: str = "", **more: float) -> bytes:
    """Return a business licence with its credit code, and its time where ``first`` says when that begins."""
    image, draw = _lay_card()
    _print(draw, (130, 180), code)
    if first:
        _print(draw, (130, 400), f"{first} - {last}")
    return _save(image, **more)


def draw_landscape() -> bytes:
    """Return a picture that is no paper."""
    image = Image.new("RGB", (860, 600), "#9fc4e8")
    draw = ImageDraw.Draw(image)
    draw.polygon(((0, 600), (260, 260), (480, 600)), fill="#31502f")
    draw.polygon(((300, 600), (620, 180), (860, 600)), fill="#24402a")
    draw.ellipse((640, 60, 740, 160), fill="#f3d36b")
    return _save(image)


def _lay_card() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (900, 600), _TABLE)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((30, 30, 870, 570), 28, fill=_CARD, outline="#6b7683", width=3)
    return image, draw


def _print(draw: ImageDraw.ImageDraw, place: tuple[int, int], words: str) -> None:
    # As on the real ones, glyphs stand apart from each other.
    font, (left, top) = ImageFont.load_default(38), place
    for one in words:
        draw.text((left, top), one, fill=_INK, font=font)
        left += int(draw.textlength(one, font=font)) + 4


def _save(image: Image.Image, *, scale: float = 1, quality: float = 82) -> bytes:
    if scale != 1:
        image = image.resize((int(image.width * scale), int(image.height * scale)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=int(quality))
    return out.getvalue()
