"""Sample photos, drawn: enough to see what each shows."""

from __future__ import annotations

import io
import random
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from backend.documents.typesetting import FONT_FOLDERS

_SIZE = (640, 480)
# Small, since several hundred are stored within a minute.
_KEPT = (480, 360)
_WALL, _INK, _STEEL, _GREY = "#e9e4d8", "#2b2f33", "#c3c9cf", "#8a9197"


@cache
def draw_picture(kind: str, variant: int = 0) -> bytes:
    """Return a photo as JPEG: meter, stove, pipe, kitchen, card_front, card_back, deed, works or sketch; or a
    ``signature`` as PNG. Raises KeyError for another kind."""
    chance = random.Random(f"{kind}/{variant}")
    image = Image.new("RGB", _SIZE, "white" if kind == "signature" else _WALL)
    _PAINTERS[kind](ImageDraw.Draw(image), chance)
    image = image.resize(_KEPT)
    out = io.BytesIO()
    if kind == "signature":
        image.save(out, "PNG")
    else:
        image.save(out, "JPEG", quality=82)
    return out.getvalue()


def _write(
    draw: ImageDraw.ImageDraw, place: tuple[int, int], words: str, size: int, fill: str = _INK
) -> None:
    # Pillow's own font has no Chinese; that of the printed documents is there before the data is entered.
    (font,) = FONT_FOLDERS[0].glob("*.ttf")
    draw.text(place, words, fill=fill, font=ImageFont.truetype(str(font), size))


def _paint_meter(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((205, 0, 235, 130), fill="#d9b23a", outline=_INK, width=3)
    draw.rectangle((405, 0, 435, 130), fill="#d9b23a", outline=_INK, width=3)
    draw.rounded_rectangle((150, 120, 490, 430), 40, fill=_STEEL, outline=_INK, width=5)
    draw.rectangle((215, 190, 425, 250), fill="#f8f8f4", outline=_INK, width=4)
    _write(draw, (228, 200), f"{chance.randrange(100, 9999):05d}.{chance.randrange(1000):03d}", 36)
    _write(draw, (438, 205), "m³", 26)
    _write(draw, (220, 290), "燃气表 G4", 28)
    _write(draw, (220, 335), f"编号 {chance.randrange(10**9, 10**10)}", 24)
    draw.ellipse((235, 380, 265, 410), fill=chance.choice(("#c23a2b", "#3d8c40")), outline=_INK)


def _paint_stove(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.polygon(((90, 150), (550, 150), (620, 400), (20, 400)), fill="#3a3f45", outline=_INK)
    burning = chance.random() < 0.5
    for left in (120, 370):
        draw.ellipse((left, 190, left + 160, 320), fill="#59616a", outline="black", width=4)
        draw.ellipse((left + 50, 228, left + 110, 282), fill="#1c1f22", outline=_GREY, width=4)
        if burning and left == 120:
            for x in range(left + 40, left + 120, 16):
                draw.polygon(((x, 245), (x + 12, 245), (x + 6, 205)), fill="#4aa3ff")
    for x in (200, 440):
        draw.ellipse((x - 24, 345, x + 24, 390), fill=_STEEL, outline="black", width=3)
        draw.line((x, 350, x, 368), fill="#c23a2b", width=5)
    _write(draw, (205, 40), "灶具打不着火" if not burning else "只有一边有火", 28)


def _paint_pipe(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 210, 640, 260), fill="#d9b23a", outline=_INK, width=3)
    draw.rectangle((285, 180, 355, 290), fill=_STEEL, outline=_INK, width=4)
    draw.rectangle((300, 110, 340, 180), fill=_GREY, outline=_INK, width=3)
    draw.rectangle((200, 90, 440, 115), fill="#c23a2b", outline=_INK, width=3)
    x = chance.randrange(420, 560)
    draw.ellipse((x - 30, 205, x + 30, 265), outline="#c23a2b", width=6)
    _write(draw, (x - 60, 280), "这里", 30, "#c23a2b")
    _write(draw, (40, 330), "燃气管 DN15", 28)


def _paint_kitchen(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 300, 640, 480), fill="#b98a5a", outline=_INK, width=3)
    draw.rectangle((60, 40, 230, 190), fill="#bfe0f5", outline=_INK, width=6)
    draw.line((145, 40, 145, 190), fill=_INK, width=5)
    draw.rectangle((330, 255, 560, 300), fill="#3a3f45", outline=_INK, width=3)
    draw.rectangle((390, 40, 500, 120), fill=_STEEL, outline=_INK, width=4)
    for x in range(40, 620, 145):
        draw.rectangle((x, 325, x + 120, 465), outline=_INK, width=3)
    _write(draw, (60, 210), f"厨房 {chance.randrange(5, 12)} 平方米", 28)


def _paint_works(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    _paint_pipe(draw, chance)
    draw.ellipse((70, 40, 200, 170), fill="white", outline=_INK, width=6)
    draw.line((135, 105, 175, 70), fill="#c23a2b", width=6)
    _write(draw, (220, 30), f"试压 {chance.randrange(45, 60) / 10} kPa 合格", 30, "#2d6a30")


def _paint_card(draw: ImageDraw.ImageDraw, title: str) -> None:
    draw.rounded_rectangle((70, 90, 570, 400), 24, fill="#dcebf5", outline=_INK, width=4)
    _write(draw, (100, 115), title, 30)
    for y in range(180, 360, 45):
        draw.rectangle((100, y, 380, y + 16), fill="#9db4c4")
    draw.rectangle((420, 170, 540, 330), fill="#f4f4f4", outline=_GREY, width=3)
    draw.ellipse((450, 190, 510, 250), fill=_GREY)
    draw.pieslice((430, 260, 530, 390), 180, 360, fill=_GREY)
    _write(draw, (180, 240), "样本", 80, "#c23a2b")


def _paint_deed(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((120, 20, 520, 460), fill="#fffdf5", outline="#a5302a", width=8)
    _write(draw, (180, 50), "房屋所有权证", 34, "#a5302a")
    for y in range(130, 400, 34):
        draw.rectangle((160, y, chance.randrange(330, 480), y + 10), fill=_GREY)
    draw.ellipse((380, 330, 490, 440), outline="#c23a2b", width=6)
    _write(draw, (190, 215), "样本", 70, "#c23a2b")


def _paint_sketch(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    draw.rectangle((0, 0, *_SIZE), fill="white")
    draw.rectangle((60, 60, 580, 380), outline=_INK, width=5)
    draw.line(((320, 60), (320, 260)), fill=_INK, width=5)
    _write(draw, (90, 80), "厨房", 28)
    _write(draw, (350, 80), "餐厅", 28)
    meter, stove = chance.randrange(100, 160), chance.randrange(220, 280)
    draw.line(((60, 340), (meter, 340), (meter, 200), (stove, 200)), fill="#0b6bcb", width=6)
    draw.rectangle((meter - 22, 250, meter + 22, 300), fill=_STEEL, outline=_INK, width=3)
    _write(draw, (meter + 28, 258), "表", 26)
    draw.rectangle((stove, 180, stove + 60, 220), fill="#f4f4f4", outline=_INK, width=3)
    _write(draw, (stove - 4, 226), "灶", 26)
    _write(draw, (60, 410), "燃气安装图（示意）  DN15 镀锌管", 26)


def _paint_signature(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x, y = 120, 240
    for _ in range(14):
        points = [(x, y)]
        for _ in range(3):
            x, y = x + chance.randrange(4, 14), 240 + chance.randrange(-90, 90)
            points.append((x, y))
        draw.line(points, fill=_INK, width=6, joint="curve")


_PAINTERS = {
    "meter": _paint_meter,
    "stove": _paint_stove,
    "pipe": _paint_pipe,
    "kitchen": _paint_kitchen,
    "works": _paint_works,
    "card_front": lambda draw, chance: _paint_card(draw, "居民身份证（人像面）"),
    "card_back": lambda draw, chance: _paint_card(draw, "居民身份证（国徽面）"),
    "deed": _paint_deed,
    "signature": _paint_signature,
    "sketch": _paint_sketch,
}
