"""Photos of identity cards reach staff with the viewer's name over them, and customers as they are."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image, ImageChops
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings
from backend.core.errors import NotFound, Unavailable
from backend.documents.typesetting import FONT
from backend.files.links import FileLinks
from backend.files.service import FileService
from backend.files.watermarks import Watermarks, mark_photo
from composition.hall import make_key_ring, read_clock
from composition.platforms import make_storage
from tests.api.staff_side import Hall
from tests.pictures import MARKS, make_photo

OWNER = "customer:1"


@pytest.fixture
def files(settings: Settings, sessions: sessionmaker[Session]) -> FileService:
    """Return the service on the same folder and database as the application's."""
    links = FileLinks(settings.secret_key)
    return FileService(sessions, make_storage(settings), make_key_ring(settings), links, MARKS, read_clock)


@pytest.fixture
def claimed(
    files: FileService, sessions: sessionmaker[Session], add_case: Callable[[], int]
) -> tuple[str, str]:
    """Return the keys of an identity card's photo and of another one, both of one case."""
    card, stove = (
        files.store(io.BytesIO(make_photo()), f"{name}.jpg", OWNER, "application")["file_key"]
        for name in ("证件", "灶具")
    )
    with sessions.begin() as session:
        files.claim(session, [card, stove], OWNER, add_case(), id_photos=[card])
    return card, stove


def read_link(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def fetch(files: FileService, file_key: str, url: str, **changed: str) -> bytes:
    link = {**read_link(url), **changed}
    return files.open(file_key, "shown", int(link["expires"]), link["sign"], link.get("viewer", "")).content


def differ(one: bytes, other: bytes) -> float:
    """Return the share of pixels that differ visibly."""
    images = [Image.open(io.BytesIO(each)).convert("L") for each in (one, other)]
    difference = ImageChops.difference(*images).point(lambda step: 255 if step > 24 else 0)
    return difference.histogram()[255] / (difference.width * difference.height)


def test_staff_see_their_name_over_a_card_and_over_nothing_else(
    files: FileService, sessions: sessionmaker[Session], claimed: tuple[str, str]
) -> None:
    card, stove = claimed
    with sessions() as session:
        own = files.describe(session, claimed, OWNER)
        staffs = files.describe(session, claimed, "staff:17")
    plain = fetch(files, card, own[card]["url"])
    assert "viewer" not in read_link(own[card]["url"])
    assert read_link(staffs[card]["url"])["viewer"] == "staff:17"
    assert differ(plain, fetch(files, card, staffs[card]["url"])) > 0.02
    assert staffs[stove]["url"] == own[stove]["url"]


def test_the_mark_cannot_be_taken_off_the_link_nor_given_to_another(
    files: FileService, sessions: sessionmaker[Session], claimed: tuple[str, str]
) -> None:
    card, _ = claimed
    with sessions() as session:
        url = files.describe(session, [card], "staff:17")[card]["url"]
    for viewer in ("", "staff:18"):
        with pytest.raises(NotFound):
            fetch(files, card, url, viewer=viewer)


def test_a_small_picture_has_the_words_as_well(files: FileService) -> None:
    with Image.open(io.BytesIO(mark_photo(make_photo(size=(320, 200)), "王芳 17", FONT))) as marked:
        assert marked.size == (320, 200)
    assert differ(make_photo(size=(320, 200)), mark_photo(make_photo(size=(320, 200)), "王芳 17", FONT))


def test_without_the_font_the_photo_is_not_shown() -> None:
    marks = Watermarks(lambda _, ids: dict.fromkeys(ids, "王芳"), Path("/nowhere/font.ttf"))
    with pytest.raises(Unavailable):
        marks.mark(make_photo(), "王芳")


def test_the_words_name_who_looks_and_when(sessions: sessionmaker[Session]) -> None:
    late = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)
    with sessions() as session:
        assert MARKS.write_words(session, "staff:17", late) == "王芳 17 2026-11-28 仅供办理燃气业务"


def test_the_card_of_an_application_reaches_staff_with_their_own_mark(hall: Hall) -> None:
    case_no = hall.start()
    remote = hall.sign_in("remote_a")
    assert remote.act(case_no, "accept").status_code == 200
    asked = [{"item": "id_photos", "reason": "照片看不清"}]
    assert remote.act(case_no, "return", corrections=asked).status_code == 200
    files = hall.shared.files
    card = files.store(io.BytesIO(make_photo()), "证件.jpg", OWNER, "application")["file_key"]
    with hall.sessions.begin() as session:
        files.claim(session, [card], OWNER, hall.find_id(case_no), id_photos=[card])
    hall.mend(case_no, id_photos=[card])
    assert remote.act(case_no, "accept").status_code == 200
    shown = remote.read(f"/cases/{case_no}")["files"][card]
    assert read_link(shown["url"])["viewer"] == f"staff:{hall.staff['remote_a']}"
    answer = hall.app.test_client().get(shown["url"])
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    thumbnail = hall.app.test_client().get(shown["thumbnail_url"])
    assert thumbnail.status_code == 200 and read_link(shown["thumbnail_url"])["viewer"]
    unmarked = shown["url"].partition("&viewer=")[0]
    assert hall.app.test_client().get(unmarked).status_code == 404
