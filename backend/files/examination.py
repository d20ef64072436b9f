"""What an uploaded file really is, judged by its content alone, and the copies of it that others may see.

Pure: bytes in, bytes out. JPEG, PNG and WebP photos and PDF documents are taken. HEIC is not: Pillow cannot
decode it, and WeChat and browsers hand over JPEG when a phone's HEIC photo is chosen.
"""

from __future__ import annotations

import io
import mimetypes
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Final, Literal

import filetype
from PIL import Image, ImageChops, ImageOps

from backend.core.errors import AppError, Invalid

FileKind = Literal["image", "pdf"]

MAX_BYTES: Final = 15 * 1024 * 1024
# A photo of 50 million pixels needs 200 MB while it is worked on; phones send less.
MAX_PIXELS: Final = 50_000_000
SHOWN_PIXELS: Final = 2000
THUMB_PIXELS: Final = 320
# How far a stroke's colour is from the paper's, and how long it is at least, as a share of the sheet.
_INK_CONTRAST: Final = 48
_LEAST_STROKE: Final = 0.03
_IMAGE_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
_PDF: Final = "application/pdf"
# Content that a browser or an interpreter might run, were the file ever opened as another kind.
_SCRIPT_MARKS: Final = (b"<script", b"<?php", b"<!doctype html", b"<html")
# The limit below is checked before any pixel is decoded; the library's own only warns in between.
Image.MAX_IMAGE_PIXELS = None
# What Pillow raises on damaged data differs by format and by place.
_DECODER_FAULTS: Final = (
    OSError, SyntaxError, ValueError, TypeError, KeyError, IndexError, EOFError, OverflowError, struct.error,
    zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Examined:
    """A sound file: its kind and MIME type by content, the size in pixels of a photo as it is shown, and
    the JPEG copies without metadata (``shown`` and ``thumb``), which a PDF does not have."""

    kind: FileKind
    mime: str
    width: int | None
    height: int | None
    shown: bytes | None
    thumb: bytes | None


def examine(content: bytes, name: str) -> Examined:
    """Return what ``content`` is; ``name`` is what the sender called the file.

    Raises AppError ``file_too_large`` (413) for too many bytes or pixels, Invalid ``file_kind_refused`` for
    a kind that is not taken, a name of another kind and a file that is two kinds at once, and Invalid
    ``file_broken`` for one that does not decode to its end.
    """
    if len(content) > MAX_BYTES:
        raise too_large()
    if not content:
        raise Invalid("file_broken")
    mime = filetype.guess_mime(content) or ""
    if mime != _PDF and mime not in _IMAGE_FORMATS:
        raise _refused()
    kind: FileKind = "pdf" if mime == _PDF else "image"
    _check_name(name, kind)
    _check_single_kind(content, kind)
    if kind == "pdf":
        _check_pdf(content)
        return Examined("pdf", mime, None, None, None, None)
    try:
        return _examine_image(content, mime)
    except _DECODER_FAULTS as error:
        raise Invalid("file_broken") from error


def check_signature(examined: Examined) -> None:
    """Raise Invalid ``signature_too_short`` for a picture with nothing on it, or no more than a dot.

    What is written cannot be judged, but that a hand has written something can. A PDF is a scan and passes.
    """
    if examined.shown is None:
        return
    with Image.open(io.BytesIO(examined.shown)) as picture:
        sheet = Image.new("RGB", picture.size, picture.convert("RGB").getpixel((0, 0)))
        red, green, blue = ImageChops.difference(picture.convert("RGB"), sheet).split()
    contrast = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    box = contrast.point(lambda value: 255 if value > _INK_CONTRAST else 0).getbbox()
    if box is None or max(box[2] - box[0], box[3] - box[1]) < _LEAST_STROKE * max(contrast.size):
        raise Invalid("signature_too_short")


def too_large() -> AppError:
    """Return the error for a file that is too large."""
    return AppError("file_too_large", 413)


def _refused() -> Invalid:
    return Invalid("file_kind_refused")


def _check_name(name: str, kind: FileKind) -> None:
    """Refuse a name of another kind. Phones call PNG photos .jpg, so photos are one kind here."""
    told, _ = mimetypes.guess_type(name, strict=False)
    if told is not None and (told == _PDF, told.startswith("image/")) != (kind == "pdf", kind == "image"):
        raise _refused()


def _check_single_kind(content: bytes, kind: FileKind) -> None:
    """Refuse a file that another program would take for an archive, a document or a page.

    What merely follows a photo's end is no fault in itself: phones put clips and depth maps there. Inside a
    PDF such words are the text of the document, so only its beginning is looked at.
    """
    # PDF readers look for the header in the first 1,024 bytes, not only at the start.
    another_document = kind == "image" and b"%PDF-" in content[:1024]
    looked_at = (content if kind == "image" else content[:1024]).lower()
    if another_document or any(mark in looked_at for mark in _SCRIPT_MARKS):
        raise _refused()
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise _refused()


def _check_pdf(content: bytes) -> None:
    """A PDF cut short lacks its end mark or the address of its table of contents."""
    ending = content[-2048:]
    if not content.startswith(b"%PDF-") or b"%%EOF" not in ending or b"startxref" not in ending:
        raise Invalid("file_broken")


def _examine_image(content: bytes, mime: str) -> Examined:
    with Image.open(io.BytesIO(content), formats=[_IMAGE_FORMATS[mime]]) as image:
        if image.width * image.height > MAX_PIXELS:
            raise too_large()
        # A JPEG is read to its end but unpacked no larger than needed.
        image.draft("RGB", (SHOWN_PIXELS, SHOWN_PIXELS))
        image_size = _turned_size(content, mime)
        image.load()
        upright = ImageOps.exif_transpose(image)
    shown = _copy_without_metadata(upright, SHOWN_PIXELS)
    thumb = _copy_without_metadata(shown, THUMB_PIXELS)
    return Examined("image", mime, *image_size, _as_jpeg(shown), _as_jpeg(thumb))


def _turned_size(content: bytes, mime: str) -> tuple[int, int]:
    """Return width and height as the photo is to be held; the header alone tells."""
    with Image.open(io.BytesIO(content), formats=[_IMAGE_FORMATS[mime]]) as image:
        width, height = image.size
        # Orientations 5 to 8 lie on their side.
        lies = image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
    return (height, width) if lies else (width, height)


def _copy_without_metadata(image: Image.Image, longest: int) -> Image.Image:
    """Return a copy at most ``longest`` pixels long, see-through parts on white.

    It is painted on a new sheet, because a resized picture still carries comments, position and profile.
    """
    small = image.convert("RGBA")
    small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", small.size, "white")
    sheet.paste(small, mask=small.getchannel("A"))
    return sheet


def _as_jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85, optimize=True)
    return out.getvalue()
