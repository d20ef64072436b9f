"""Somebody of the demonstration's staff at the hall's own API, over HTTP."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime
from typing import Any

import requests

from backend.catalogue.forms import FieldType, Form, FormField, build_form
from backend.core.local_time import local_date
from deploy.demo.form_values import FormWriter
from deploy.demo.organisation import PASSWORD
from tests.pictures import make_photo


class Staff:
    """Signed in as ``username`` at the hall that listens at ``origin``."""

    def __init__(self, origin: str, username: str) -> None:
        self._base = f"{origin}/staff/api/v1"
        self._session = requests.Session()
        # A proxy of the person who runs the tests must not come between.
        self._session.trust_env = False
        signed_in = self._send("POST", "/session", json={"username": username, "password": PASSWORD})
        self._session.headers["X-CSRF-Token"] = signed_in["csrf_token"]

    def begin(self, process: str, values: dict[str, Any]) -> str:
        """Begin a case for a customer who is at the counter; returns its number."""
        [found] = [one for one in self._send("GET", "/intake/processes")["items"] if one["key"] == process]
        body = {
            "command_id": str(uuid.uuid4()),
            "process": process,
            "channel": "counter",
            "values": values,
            "form_version": found["form"]["version"],
        }
        return str(self._send("POST", "/cases", json=body)["case_no"])

    def read(self, case_no: str) -> dict[str, Any]:
        """Return the case as this person sees it."""
        return self._send("GET", f"/cases/{case_no}")

    def act(self, case_no: str, outcome: str, **more: Any) -> dict[str, Any]:
        """Choose ``outcome`` of the case as it stands now; returns it as it stands then."""
        case = self.read(case_no)
        offered = {one["outcome"]: one for one in case["actions"]}
        assert outcome in offered, f"{outcome} is not offered, but {sorted(map(str, offered))}"
        body = {
            "command_id": str(uuid.uuid4()),
            "expected_version": case["version"],
            "kind": "complete",
            "task": offered[outcome]["task"],
            "outcome": outcome,
            **more,
        }
        return self._send("POST", f"/cases/{case_no}/commands", json=body)

    def fill(self, case_no: str, **chosen: Any) -> None:
        """Hand in the form of the step at which the case stands; ``chosen`` has to stand in it.

        It is signed for the staff at once, as the console asks for.
        """
        [task] = {one["task"] for one in self.read(case_no)["documents"] if one["may_fill"]}
        path = f"/cases/{case_no}/documents/{task}"
        begun = self._send("GET", path)
        form = build_form(begun["form"])
        drawn = {one.key: self._photograph(one)[0] for one in _list_own_marks(form) if one.key not in chosen}
        writer = FormWriter(
            local_date(datetime.now(UTC)), random.Random(case_no), self._photograph, {**drawn, **chosen}
        )
        values = writer.write(form, begun["values"])
        self._send("PUT", path, json={"revision": begun["revision"], "values": values, "fills": True})

    def see_id_card(self, case_no: str) -> None:
        """Say on the spot that the customer is who they say."""
        self._send("POST", f"/cases/{case_no}/identity/decision", json={"way": "id_card", "place": "field"})

    def _photograph(self, field: FormField) -> list[str]:
        purpose = "signature" if field.type is FieldType.SIGNATURE else "visit"
        return [self.upload(make_photo(), purpose)]

    def upload(self, content: bytes, purpose: str) -> str:
        """Upload a photo or a signature and return its key."""
        sent = {"file": ("photo.jpg", content, "image/jpeg")}
        return str(self._send("POST", "/files", files=sent, data={"purpose": purpose})["file_key"])

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def _send(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        answer = self._session.request(method, self._base + path, timeout=20, **more)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found


def _list_own_marks(form: Form) -> list[FormField]:
    """Return where staff sign a slip; a contract is signed once it is approved."""
    if form.body.get("kind") == "contract":
        return []
    staff = {one["key"] for one in form.body.get("signers", ()) if one["party"] != "customer"}
    return [
        one for one in form.fields if one.type is FieldType.SIGNATURE and one.required and one.signer in staff
    ]
