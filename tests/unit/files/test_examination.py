"""Every file is judged by its content; the copies that others see carry no position and no words."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageDraw

from backend.core.errors import AppError
from backend.files.examination import MAX_BYTES, Examined, check_signature, examine
from tests.pictures import make_pdf, make_photo, make_zip


def refusal(content: bytes, name: str = "photo.jpg") -> tuple[str, int]:
    with pytest.raises(AppError) as caught:
        examine(content, name)
    return caught.value.code, caught.value.http_status


def open_copies(examined: Examined) -> list[Image.Image]:
    assert examined.shown is not None
    assert examined.thumb is not None
    return [Image.open(io.BytesIO(one)) for one in (examined.shown, examined.thumb)]


@pytest.mark.parametrize(
    ("form", "name", "mime"),
    [
        ("JPEG", "现场.jpg", "image/jpeg"),
        ("JPEG", "IMG_0001.HEIC", "image/jpeg"),
        ("PNG", "mislabelled-by-a-phone.jpg", "image/png"),
        ("WEBP", "", "image/webp"),
    ],
)
def test_photos(form: str, name: str, mime: str) -> None:
    content = make_photo(form)
    assert b"SECRET-PHONE" in content
    examined = examine(content, name)
    assert (examined.kind, examined.mime, examined.width, examined.height) == ("image", mime, 640, 480)
    for copy, size in zip(open_copies(examined), ((640, 480), (320, 240)), strict=True):
        assert (copy.format, copy.size) == ("JPEG", size)
        assert len(copy.getexif()) == 0
        assert "comment" not in copy.info
    for copied in (examined.shown, examined.thumb):
        assert copied is not None
        assert not any(trace in copied for trace in (b"SECRET", b"Exif", b"GPS"))


def test_large_photos_are_shown_smaller_and_upright() -> None:
    examined = examine(make_photo(size=(3000, 1500), orientation=6), "a.jpg")
    assert (examined.width, examined.height) == (1500, 3000)
    shown, thumb = open_copies(examined)
    assert (shown.size, thumb.size) == ((1000, 2000), (160, 320))
    # The orange quarter was at the upper left and turns to the upper right.
    red, _, blue = shown.convert("RGB").getpixel((900, 100))  # type: ignore[misc]
    assert red > 200 > blue


def test_see_through_parts_become_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 20), (0, 0, 0, 0)).save(out, "PNG")
    shown, _ = open_copies(examine(out.getvalue(), "signature.png"))
    assert shown.getpixel((10, 10)) == (255, 255, 255)


def make_signature(*stroke: tuple[int, int]) -> Examined:
    """Return a white sheet as the glass of a phone gives it, with one stroke from point to point."""
    sheet, out = Image.new("RGB", (1050, 540), "white"), io.BytesIO()
    ImageDraw.Draw(sheet).line(stroke, fill="#1f2329", width=8)
    sheet.save(out, "PNG")
    return examine(out.getvalue(), "signature.png")


def test_a_dot_and_an_empty_sheet_are_no_signatures() -> None:
    for stroke in ((), ((500, 200), (504, 203))):
        with pytest.raises(AppError) as caught:
            check_signature(make_signature(*stroke))
        assert caught.value.code == "signature_too_short"
    check_signature(make_signature((500, 200), (600, 260)))
    check_signature(examine(make_pdf(), "签字扫描.pdf"))


def test_pdf() -> None:
    assert examine(make_pdf(), "产权证明.pdf") == Examined("pdf", "application/pdf", None, None, None, None)


def test_a_clip_behind_a_photo_is_left_alone() -> None:
    assert examine(make_photo() + b"\0\0\0\x18ftypmp42" + bytes(5000), "motion.jpg").kind == "image"


def test_kinds_that_are_not_taken() -> None:
    heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)
    gif = io.BytesIO()
    Image.new("RGB", (10, 10)).save(gif, "GIF")
    for content in (b"hello", b"MZ" + bytes(500), b"\x7fELF" + bytes(500), heic, gif.getvalue(), make_zip()):
        assert refusal(content) == ("file_kind_refused", 422)
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    assert refusal(svg, "a.svg") == ("file_kind_refused", 422)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (make_pdf(), "photo.jpg"),
        (make_photo(), "contract.pdf"),
        (make_photo(), "run.exe"),
        (make_photo(), "page.html"),
    ],
)
def test_names_of_another_kind(content: bytes, name: str) -> None:
    assert refusal(content, name) == ("file_kind_refused", 422)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (make_photo() + make_zip(), "a.jpg"),
        (make_pdf() + make_zip(), "a.pdf"),
        (make_photo() + b"<SCRIPT>alert(1)</SCRIPT>", "a.jpg"),
        (make_photo() + b"<?php system($_GET[0]);", "a.jpg"),
        (make_photo()[:20] + make_pdf(), "a.jpg"),
        (b"%PDF-1.4\n<html><script>alert(1)</script>" + make_pdf(), "a.pdf"),
    ],
)
def test_files_that_are_two_kinds_at_once(content: bytes, name: str) -> None:
    assert refusal(content, name) == ("file_kind_refused", 422)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_photos_cut_short(form: str) -> None:
    content = make_photo(form, with_place=False)
    for share in (0.1, 0.5, 0.9):
        assert refusal(content[: max(30, int(len(content) * share))]) == ("file_broken", 422)


def test_other_broken_files() -> None:
    damaged = bytearray(make_photo("PNG"))
    damaged[-40] ^= 0xFF
    assert refusal(bytes(damaged)) == ("file_broken", 422)
    assert refusal(b"") == ("file_broken", 422)
    assert refusal(b"\xff\xd8\xff\xe0" + bytes(200)) == ("file_broken", 422)
    assert refusal(make_pdf()[:-30], "a.pdf") == ("file_broken", 422)


def test_too_many_pixels_are_refused_before_they_are_unpacked() -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    assert refusal(bomb, "bomb.png") == ("file_too_large", 413)
    assert refusal(bytes(MAX_BYTES + 1)) == ("file_too_large", 413)
