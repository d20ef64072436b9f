"""Files over HTTP: uploads of customers and staff, signed links, claims, and the sweep."""

from __future__ import annotations

import gc
import io
import json
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from backend.core.config import Settings
from backend.core.errors import Invalid
from backend.files.links import FileLinks
from backend.files.models import StoredFile
from backend.files.service import UNCLAIMED_A_DAY, UNCLAIMED_FOR, FileService
from composition.hall import make_key_ring, read_clock
from composition.platforms import make_storage
from tests.api.conftest import MadeCustomer
from tests.pictures import MARKS, make_noise_photo, make_pdf, make_photo

URL = "/api/v1/files"


@pytest.fixture
def files(settings: Settings, sessions: sessionmaker[Session]) -> FileService:
    """Return the service on the same folder and database as the application's."""
    keys = make_key_ring(settings)
    links = FileLinks(settings.secret_key)
    return FileService(sessions, make_storage(settings), keys, links, MARKS, read_clock)


@pytest.fixture
def made_customer(make_customer: Callable[[], MadeCustomer]) -> MadeCustomer:
    """Return a customer of this test's own, signed in."""
    return make_customer()


@pytest.fixture
def customer(made_customer: MadeCustomer) -> int:
    """Return the id of this test's customer."""
    return made_customer.id


@pytest.fixture
def send(client: FlaskClient, made_customer: MadeCustomer) -> Callable[..., TestResponse]:
    """Return a function that uploads as this test's customer."""

    def upload(content: bytes, name: str = "现场 照片.jpg", purpose: str = "application") -> TestResponse:
        return client.post(
            URL,
            data={"file": (io.BytesIO(content), name), "purpose": purpose},
            headers=made_customer.headers,
        )

    return upload


def body(answer: TestResponse) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.text)
    return found


def list_contents(settings: Settings) -> set[str]:
    return {one.name for one in Path(settings.files_dir).rglob("*") if one.is_file()}


def test_a_photo_goes_in_and_is_shown_without_its_place(
    send: Callable[..., TestResponse],
    client: FlaskClient,
    settings: Settings,
    sessions: sessionmaker[Session],
) -> None:
    content = make_photo()
    answer = send(content)
    assert answer.status_code == 201
    view = body(answer)
    assert set(view) == {"file_key", "name", "kind", "mime", "size", "url", "thumbnail_url"}
    assert (view["name"], view["kind"], view["mime"]) == ("现场 照片.jpg", "image", "image/jpeg")
    assert view["size"] == len(content)
    for url in (view["url"], view["thumbnail_url"]):
        shown = client.get(url)
        assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
        assert len(Image.open(io.BytesIO(shown.data)).getexif()) == 0
        assert b"SECRET" not in shown.data
        assert b"Exif" not in shown.data
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in shown.headers["Content-Security-Policy"]
        assert re.fullmatch(r"private, max-age=\d{3}, immutable", shown.headers["Cache-Control"])
        assert "%E7%8E%B0%E5%9C%BA" in shown.headers["Content-Disposition"]
    # The original is kept, and like the name of the file it is readable only with the key.
    with sessions() as session:
        row = session.execute(select(StoredFile).where(StoredFile.file_key == view["file_key"])).scalar_one()
    assert "现场" not in row.original_name_sealed
    [stored] = Path(settings.files_dir).rglob(f"{view['file_key']}.original")
    assert stored.stat().st_size > len(content)
    assert content[:64] not in stored.read_bytes()


def test_the_original_is_kept_as_it_came(
    send: Callable[..., TestResponse], client: FlaskClient, settings: Settings, customer: int
) -> None:
    content = make_photo("PNG")
    key = body(send(content, "a.png"))["file_key"]
    url = FileLinks(settings.secret_key).make(key, "original", f"customer:{customer}", datetime.now(UTC))
    answer = client.get(url)
    assert (answer.data, answer.content_type) == (content, "image/png")


def test_a_pdf(send: Callable[..., TestResponse], client: FlaskClient) -> None:
    view = body(send(make_pdf(), "产权证明.pdf"))
    assert (view["kind"], view["mime"], view["thumbnail_url"]) == ("pdf", "application/pdf", None)
    answer = client.get(view["url"])
    assert (answer.data, answer.content_type) == (make_pdf(), "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("inline; filename*=UTF-8''")


def test_bad_files(send: Callable[..., TestResponse], settings: Settings) -> None:
    before = list_contents(settings)
    bad = [
        (b"plain words", "a.jpg", "file_kind_refused", 422),
        (make_pdf(), "a.jpg", "file_kind_refused", 422),
        (make_photo()[:300], "a.jpg", "file_broken", 422),
        (b"", "a.jpg", "file_broken", 422),
        (make_noise_photo((2300, 2300)), "a.png", "file_too_large", 413),
        (bytes(17 * 1024 * 1024), "a.png", "file_too_large", 413),
    ]
    for content, name, code, status in bad:
        answer = send(content, name)
        assert (body(answer)["code"], answer.status_code) == (code, status)
        assert re.search("[一-鿿]", body(answer)["title"])
    assert list_contents(settings) == before


def test_a_declared_length_beyond_the_limit_is_refused_unread(
    client: FlaskClient, customer_headers: dict[str, str]
) -> None:
    answer = client.post(
        URL,
        input_stream=io.BytesIO(b"never read"),
        content_type="multipart/form-data; boundary=x",
        headers=customer_headers,
        environ_overrides={"CONTENT_LENGTH": str(10**9)},
    )
    assert (answer.status_code, body(answer)["code"]) == (413, "file_too_large")


# The parser lets go of its nameless temporary file without closing it; it ends with the last reference.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_half_open_upload_leaves_nothing(
    client: FlaskClient, settings: Settings, sessions: sessionmaker[Session], made_customer: MadeCustomer
) -> None:
    before = list_contents(settings)
    part = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\napplication\r\n--x\r\n'
    part += b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + make_photo()
    answer = client.post(
        URL,
        input_stream=io.BytesIO(part),
        content_type="multipart/form-data; boundary=x",
        headers=made_customer.headers,
        environ_overrides={"CONTENT_LENGTH": str(len(part) + 5000)},
    )
    assert (answer.status_code, body(answer)["code"]) == (400, "invalid_input")
    gc.collect()
    assert list_contents(settings) == before
    with sessions() as session:
        owner = f"customer:{made_customer.id}"
        rows = session.execute(select(StoredFile).where(StoredFile.owner == owner)).all()
    assert rows == []


def test_bad_forms(
    send: Callable[..., TestResponse], client: FlaskClient, customer_headers: dict[str, str]
) -> None:
    answer = send(make_photo(), purpose="fun")
    assert (answer.status_code, body(answer)["fields"]) == (
        422,
        {"purpose": "这一项填得不对，请核对后重填。"},
    )
    answer = client.post(URL, data={"purpose": "visit"}, headers=customer_headers)
    assert (answer.status_code, list(body(answer)["fields"])) == (422, ["file"])
    answer = client.post(URL, data={"purpose": "visit", "file": (io.BytesIO(make_photo()), "a.jpg")})
    assert body(answer)["code"] == "not_signed_in"


def test_names_are_made_harmless(send: Callable[..., TestResponse]) -> None:
    assert body(send(make_photo(), "/照片/../a\u202egpj.jpg"))["name"] == "agpj.jpg"
    assert body(send(make_photo(), "长" * 300 + ".jpg"))["name"] == "长" * 96 + ".jpg"


def test_links_are_bound_and_end(
    send: Callable[..., TestResponse],
    client: FlaskClient,
    files: FileService,
    sessions: sessionmaker[Session],
    add_case: Callable[[], int],
    customer: int,
) -> None:
    view = body(send(make_photo()))
    other = body(send(make_photo()))
    url = view["url"]
    tampered = [
        url.replace("v=shown", "v=original"),
        url.replace(view["file_key"], other["file_key"]),
        re.sub(r"expires=(\d+)", lambda found: f"expires={int(found[1]) + 1}", url),
        re.sub(r"sign=.", "sign=0" if "sign=0" not in url else "sign=1", url),
        url.replace(view["file_key"], "unknown"),
        url.replace(view["file_key"], "nul%00"),
    ]
    for one in tampered:
        answer = client.get(one)
        assert (answer.status_code, body(answer)["code"]) == (404, "not_found")
    assert client.get(url.split("?")[0]).status_code == 422
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=16), tick=False):
        answer = client.get(url)
        assert (answer.status_code, body(answer)["code"]) == (403, "link_expired")
    with sessions.begin() as session:
        files.claim(session, [view["file_key"]], f"customer:{customer}", add_case())
        fresh = files.describe(session, [view["file_key"], "unknown", "\0"])
    assert client.get(url).status_code == 404
    assert list(fresh) == [view["file_key"]]
    assert client.get(fresh[view["file_key"]]["url"]).status_code == 200


def test_claims(
    send: Callable[..., TestResponse],
    files: FileService,
    sessions: sessionmaker[Session],
    add_case: Callable[[], int],
    customer: int,
) -> None:
    keys = [body(send(make_photo()))["file_key"] for _ in range(2)]
    first, second = add_case(), add_case()
    owner = f"customer:{customer}"
    refused = [
        ([*keys, secrets.token_urlsafe(32)], owner, first),
        ([*keys, "\0"], owner, first),
        (keys, f"customer:{customer + 1}", first),
        (keys, f"staff:{customer}", first),
    ]
    for asked, who, case_id in refused:
        with pytest.raises(Invalid, match="file_unknown"), sessions.begin() as session:
            files.claim(session, asked, who, case_id)
    for _ in range(2):
        with sessions.begin() as session:
            files.claim(session, [*keys, keys[0]], owner, first)
    with pytest.raises(Invalid, match="file_unknown"), sessions.begin() as session:
        files.claim(session, keys[:1], owner, second)
    with sessions.begin() as session:
        files.claim(session, [], owner, second)
        found = session.execute(select(StoredFile.case_id).where(StoredFile.file_key.in_(keys))).scalars()
        assert set(found) == {first}


def test_the_sweep_takes_only_what_nobody_claimed(
    send: Callable[..., TestResponse],
    files: FileService,
    sessions: sessionmaker[Session],
    settings: Settings,
    add_case: Callable[[], int],
    customer: int,
) -> None:
    old, kept, fresh = (body(send(make_photo()))["file_key"] for _ in range(3))
    with sessions.begin() as session:
        files.claim(session, [kept], f"customer:{customer}", add_case())
        session.execute(
            update(StoredFile)
            .where(StoredFile.file_key.in_((old, kept)))
            .values(created_at=datetime.now(UTC) - UNCLAIMED_FOR - timedelta(minutes=1))
        )
    assert files.delete_unclaimed() >= 1
    names = {one.split(".")[0] for one in list_contents(settings)}
    assert names & {old, kept, fresh} == {kept, fresh}
    with sessions() as session:
        assert set(files.describe(session, [old, kept, fresh])) == {kept, fresh}


def test_one_owner_cannot_fill_the_disk(
    send: Callable[..., TestResponse], sessions: sessionmaker[Session], customer: int
) -> None:
    with sessions.begin() as session:
        session.execute(
            text(
                "INSERT INTO stored_file (file_key, owner, purpose, kind, mime, size, sha256, retention_days,"
                " original_name_sealed, created_at) SELECT :owner || n, :owner, 'visit', 'pdf', '', 1, '', 1,"
                " '', now() FROM generate_series(1, :count) n"
            ),
            {"owner": f"customer:{customer}", "count": UNCLAIMED_A_DAY},
        )
    answer = send(make_photo())
    assert (answer.status_code, body(answer)["code"]) == (429, "files_too_many")


def test_staff_upload_with_session_and_csrf_token(app: Flask, centre: str) -> None:
    runner = app.test_cli_runner()
    done = runner.invoke(args=["organisation", "add-staff", "fileclerk", "王小明", "--unit", centre])
    found = re.search(r"first password (\S+)", done.output)
    assert found is not None, done.output
    browser, https = app.test_client(), "https://hall.test"
    session_url = "/staff/api/v1/session"
    csrf = body(
        browser.post(session_url, json={"username": "fileclerk", "password": found[1]}, base_url=https)
    )["csrf_token"]
    change = {"old_password": found[1], "new_password": "another-long-passphrase"}
    browser.post(f"{session_url}/password", json=change, base_url=https, headers={"X-CSRF-Token": csrf})

    def upload(headers: dict[str, str], colour: str = "orange") -> TestResponse:
        data = {"file": (io.BytesIO(make_photo(colour=colour)), "签名.jpg"), "purpose": "signature"}
        return browser.post("/staff/api/v1/files", data=data, base_url=https, headers=headers)

    assert body(upload({}))["code"] == "csrf_failed"
    # The same colour all over: nobody has written on that sheet.
    assert body(upload({"X-CSRF-Token": csrf}, "steelblue"))["code"] == "signature_too_short"
    answer = upload({"X-CSRF-Token": csrf})
    assert answer.status_code == 201
    assert app.test_client().get(body(answer)["url"]).status_code == 200
