"""What is kept for a time goes when that is over: photos of identity cards first, others later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.core.config import Settings
from backend.files.links import FileLinks
from backend.files.models import StoredFile
from backend.files.service import ERASED_NAME, FileService
from backend.files.terms import PURPOSES
from composition.hall import make_key_ring
from composition.platforms import make_storage
from tests.api.applications.conftest import Customer, Uploads, make_address, make_repair
from tests.pictures import MARKS

PERSON = {"applicant": "owner", "id_number": "110101199003077758", "stop_kind": "suspension"}


def make_files(
    settings: Settings, sessions: sessionmaker[Session], days: int, photo_days: int | None = None
) -> FileService:
    """Return the files' service as it will be in ``days`` days, with a setting for photos of cards."""
    keys, then = make_key_ring(settings), datetime.now(UTC) + timedelta(days=days)
    return FileService(
        sessions, make_storage(settings), keys, FileLinks(settings.secret_key), MARKS, lambda: then,
        photo_days or settings.id_photos_kept_days,
    )  # fmt: skip


def end(customer: Customer, view: dict[str, Any]) -> dict[str, Any]:
    ended: dict[str, Any] = customer.command(view, kind="withdraw", reason="不办了")
    return ended


def list_contents(settings: Settings, file_key: str) -> list[str]:
    return [one.name for one in Path(settings.files_dir).rglob(f"{file_key}*") if one.is_file()]


def test_photos_of_cards_go_before_others_and_the_row_stays(
    customer: Customer, files: Uploads, settings: Settings, sessions: sessionmaker[Session]
) -> None:
    card, back, stove = (files.upload(customer.owner) for _ in range(3))
    contact = {"contact_name": "张三丰", "contact_phone": "13800138000", "address": make_address()}
    stopping = customer.apply({**contact, **PERSON, "id_photos": [card, back]}, service="suspension")
    repair = customer.apply(make_repair(fault_photos=[stove]))
    running = customer.apply(make_repair(fault_photos=[files.upload(customer.owner)]))
    for view in (stopping, repair):
        end(customer, view)
    with sessions() as session:
        kept = {
            one.file_key: (one.retention_days, one.erase_on)
            for one in session.scalars(select(StoredFile).where(StoredFile.owner == customer.owner))
        }
    assert (kept[card][0], kept[stove][0]) == (365, PURPOSES["application"])
    assert kept[card][1] is not None and kept[stove][1] is not None
    assert sum(erase_on is None for _, erase_on in kept.values()) == 1

    make_files(settings, sessions, 365).erase_expired()
    assert list_contents(settings, card)
    assert make_files(settings, sessions, 367).erase_expired() >= 1
    assert (list_contents(settings, card), len(list_contents(settings, stove))) == ([], 3)
    told = customer.get(f"/cases/{stopping['case_no']}")["files"][card]
    assert (told["kind"], told["name"], told["url"], told["thumbnail_url"]) == (
        "erased",
        ERASED_NAME,
        "",
        None,
    )
    with sessions() as session:
        service = make_files(settings, sessions, 367)
        assert service.read_pictures(session, [card]) == {card: ERASED_NAME}
        assert service.read_hashes(session, [card]).keys() == {card}
    # Again, there is nothing left to do; and whose case still runs is never touched.
    assert make_files(settings, sessions, 367).erase_expired() == 0
    make_files(settings, sessions, 3 * 365 + 2).erase_expired()
    assert list_contents(settings, stove) == []
    [of_running] = [key for key, (_, erase_on) in kept.items() if erase_on is None]
    assert len(list_contents(settings, of_running)) == 3
    assert customer.get(f"/cases/{running['case_no']}")["files"][of_running]["kind"] == "image"
