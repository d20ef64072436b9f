"""Photos and documents for tests, sound ones and bad ones."""

from __future__ import annotations

import io
import random
import zipfile

from PIL import ExifTags, Image

from backend.documents.typesetting import FONT
from backend.files.watermarks import Watermarks

PLACE = (36.65, 117.12)
# Whoever looks is called so over photos of identity cards.
MARKS = Watermarks(lambda _, ids: dict.fromkeys(ids, "王芳"), FONT)


def make_photo(
    form: str = "JPEG",
    size: tuple[int, int] = (640, 480),
    orientation: int = 1,
    with_place: bool = True,
    colour: str = "orange",
) -> bytes:
    """Return a photo with a maker, a comment and, unless told otherwise, the place where it was taken.

    A quarter of it has ``colour``, by which people tell one photo from another.
    """
    image = Image.new("RGB", size, "steelblue")
    image.paste(colour, (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET-PHONE"
    exif[ExifTags.Base.Orientation] = orientation
    if with_place:
        degrees = [(int(one), int(one * 60 % 60), 12.5) for one in PLACE]
        gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
        gps.update({1: "N", 2: degrees[0], 3: "E", 4: degrees[1]})
    out = io.BytesIO()
    more = {"comment": b"SECRET-COMMENT"} if form == "JPEG" else {}
    image.save(out, form, exif=exif, **more)
    return out.getvalue()


def make_noise_photo(size: tuple[int, int]) -> bytes:
    """Return a PNG that does not compress."""
    pixels = random.Random(1).randbytes(size[0] * size[1] * 3)
    out = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(out, "PNG", compress_level=0)
    return out.getvalue()


def make_pdf(words: str = "property proof") -> bytes:
    """Return a small whole PDF of one page."""
    stream = f"BT /F1 24 Tf 60 700 Td ({words}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
        b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in places)
    return out + b"trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table


def make_zip() -> bytes:
    """Return an archive with one page in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.txt", "hello")
    return out.getvalue()
