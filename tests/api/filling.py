"""Fills in the form that a case's open step asks staff for, over HTTP and with valid values."""

from __future__ import annotations

import io
import json
import random
from datetime import UTC, datetime
from typing import Any

from backend.catalogue.forms import build_form
from backend.core.local_time import local_date
from deploy.demo.form_values import FormWriter
from tests.api.staff_side import API, HTTPS, Browser
from tests.pictures import make_photo


def fill_in(who: Browser, case_no: str, **chosen: Any) -> int:
    """Hand in the one form that ``who`` may fill in; returns its task. ``chosen`` has to stand in it."""
    lines = who.read(f"/cases/{case_no}")["documents"]
    [task] = [one["task"] for one in lines if one["may_fill"] and one["needed"]]
    path = f"/cases/{case_no}/documents/{task}"
    answer = who.send("PUT", path, _write_change(who, case_no, path, chosen))
    assert answer.status_code == 200, answer.text
    return int(task)


def fill_drafts(who: Browser, case_no: str, **chosen: Any) -> list[int]:
    """Type all that is needed into the forms that ``who`` may fill in, without handing any in."""
    lines = who.read(f"/cases/{case_no}")["documents"]
    tasks = [one["task"] for one in lines if one["may_fill"] and one["needed"]]
    for task in tasks:
        path = f"/cases/{case_no}/documents/{task}"
        change = {**_write_change(who, case_no, path, chosen), "fills": False}
        assert who.send("PUT", path, change).status_code == 200
    return tasks


def _write_change(who: Browser, case_no: str, path: str, chosen: dict[str, Any]) -> dict[str, Any]:
    document = who.read(path)
    writer = FormWriter(
        local_date(datetime.now(UTC)), random.Random(case_no), lambda field: [upload(who, field.key)], chosen
    )
    values = writer.write(build_form(document["form"]), document["values"])
    return {"revision": document["revision"], "values": values, "fills": True}


def fill_in_again(who: Browser, case_no: str, **changed: Any) -> None:
    """Correct what was handed in at this step."""
    assert refill(who, case_no, **changed).status_code == 200


def refill(who: Browser, case_no: str, **changed: Any) -> Any:
    """Return the answer to a correction."""
    lines = who.read(f"/cases/{case_no}")["documents"]
    [task] = [one["task"] for one in lines if one["may_fill"]]
    path = f"/cases/{case_no}/documents/{task}"
    change = {"revision": who.read(path)["revision"], "values": changed, "fills": True}
    return who.send("PUT", path, change)


def see_id_card(who: Browser, case_no: str) -> None:
    """Let ``who`` say that the customer in front of them is who they say."""
    word = {"way": "id_card", "place": "counter"}
    answer = who.send("POST", f"/cases/{case_no}/identity/decision", word)
    assert answer.status_code == 200, answer.text


def upload(who: Browser, name: str, purpose: str = "visit") -> str:
    """Upload a picture and return its key."""
    photo = {"file": (io.BytesIO(make_photo(size=(8, 8))), f"{name}.jpg"), "purpose": purpose}
    headers = {"X-CSRF-Token": who.csrf}
    sent = who.client.post(f"{API}/files", data=photo, base_url=HTTPS, headers=headers)
    return str(json.loads(sent.text)["file_key"])


def sign(who: Browser, case_no: str, task: int, signer: str, **more: Any) -> None:
    """Sign the document of a task as one of its signers; ``more`` is what the server asks besides."""
    path = f"/cases/{case_no}/documents/{task}"
    wish = {
        "signer": signer,
        "sha256": who.read(path)["sha256"],
        "file_key": upload(who, "签名", "signature"),
        **more,
    }
    answer = who.send("POST", f"{path}/signatures", wish)
    assert answer.status_code == 204, answer.text
