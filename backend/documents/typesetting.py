"""Sets papers as PDF with typst: the data goes in as JSON beside the layout, never into its text."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import segno
import structlog
import typst
from PIL import Image

from backend.core.errors import Unavailable
from backend.core.native_threads import compute_aside

_FONTS = Path(__file__).with_name("fonts") / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
# One file of the letters that papers are set with, for what is written over photos.
FONT = _FONTS / "500Medium" / "NotoSansSC_500Medium.ttf"
FONT_FOLDERS = (_FONTS / "400Regular", _FONTS / "700Bold")
LAYOUT = Path(__file__).with_name("layout.typ")
_log = structlog.get_logger(__name__)


class Typesetter:
    """Sets papers; fonts and layout are read when the first is set."""

    def __init__(self, folders: Sequence[Path] = FONT_FOLDERS) -> None:
        self._folders = folders
        self._fonts: typst.Fonts | None = None

    def set_papers(
        self, title: str, author: str, made_at: datetime, papers: Sequence[Mapping[str, Any]]
    ) -> bytes:
        """Return one PDF of all papers, the same bytes for the same data and ``made_at``.

        Raises Unavailable ``printing_unavailable`` where the fonts are not installed.
        """
        data = write_data(title, author, papers)
        fonts = self._load_fonts()
        return compute_aside(partial(_compile, fonts, data, made_at))

    def _load_fonts(self) -> typst.Fonts:
        if self._fonts is None:
            fonts = typst.Fonts(
                include_system_fonts=False,
                include_embedded_fonts=False,
                font_paths=[str(one) for one in self._folders if one.is_dir()],
            )
            if not fonts.families():
                _log.error("fonts of printed documents are missing", hint="run `make web`")
                raise Unavailable("printing_unavailable")
            self._fonts = fonts
        return self._fonts


def _compile(fonts: typst.Fonts, data: str, made_at: datetime) -> bytes:
    try:
        return _call_typst(fonts, data, made_at, ["a-2b"])
    except typst.TypstError as error:
        # A name may have a character that no font here has. PDF/A forbids its empty box, paper does not.
        if "could not be displayed" not in error.message:
            raise
        return _call_typst(fonts, data, made_at, [])


def _call_typst(fonts: typst.Fonts, data: str, made_at: datetime, standards: list[Any]) -> bytes:
    return typst.compile(
        LAYOUT.read_bytes(),
        font_paths=fonts,
        ignore_system_fonts=True,
        sys_inputs={"data": data},
        pdf_standards=standards,
        timestamp=int(made_at.timestamp()),
    )


def write_data(title: str, author: str, papers: Sequence[Mapping[str, Any]]) -> str:
    """Return what the layout reads: all papers as JSON."""
    return json.dumps({"title": title, "author": author, "papers": list(papers)}, ensure_ascii=False)


def draw_qr(text: str) -> str:
    """Return the QR code of ``text`` as an SVG."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(drawn, kind="svg", border=0, xmldecl=False, scale=4)
    return drawn.getvalue().decode()


def wrap_picture(content: bytes) -> str:
    """Return a photo as an SVG text that holds it, since the layout is given text alone.

    So nothing personal lies in a file on the disk, not even for the moment of printing.
    """
    with Image.open(io.BytesIO(content)) as image:
        width, height = image.size
        mime = Image.MIME[image.format or "JPEG"]
    data = base64.b64encode(content).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:{mime};base64,{data}"/></svg>'
    )
