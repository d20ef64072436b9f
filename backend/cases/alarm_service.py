"""Alarms: taken from anyone, with or without an address, at any hour (law 13)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from backend.cases.application_rows import find_opened_at
from backend.cases.commands import CUSTOMER, Complete, Start
from backend.cases.form_sealing import make_address_columns, make_contact_columns, seal_value
from backend.cases.repository import Stamp
from backend.cases.service import CaseAnswer, CaseService, NewCase, make_request
from backend.cases.snapshot import Snapshot
from backend.catalogue.field_checks import BadValue, check_address, check_phone, check_text
from backend.core.encryption import KeyRing
from backend.core.errors import Invalid, NotFound, Unavailable
from backend.organisation.service import OrganisationService, ServingUnit

PROCESS = "hotline_alarm"
LONGEST_WORDS = 500
# Whoever raises an alarm need not be signed in, so all share one name; the command id tells them apart.
ACTOR = "anyone"
# How far an alarm is, for whoever reported it. Given to a unit is not yet somebody on the way.
ALARM_STATES = ("received", "dispatched", "assigned", "handled", "ended")


@dataclass(frozen=True, slots=True)
class Alarm:
    """What somebody reports. Of the address any part may be missing, or all of it."""

    command_id: uuid.UUID
    phone: str
    address: Mapping[str, Any] | None
    words: str


@dataclass(frozen=True, slots=True)
class AlarmReceipt:
    """The case that was opened, and when the alarm came in."""

    case_no: str
    received_at: datetime


# What the reporter is told at each step; at those before, the alarm has only been received.
_TOLD_AT = {
    "assign": "dispatched",
    "support": "assigned",
    **dict.fromkeys(("review", "reply", "revisit", "hang_up"), "handled"),
}
_STATE = text(
    """
    SELECT c.case_no, c.opened_at, c.status <> 'open' AS is_over,
      (SELECT step FROM case_task WHERE case_id = c.id AND state = 'open' ORDER BY no DESC LIMIT 1) AS step
    FROM command_log l JOIN service_case c ON c.case_no = l.answer->>'case_no'
    WHERE l.actor = :actor AND l.command_id = :command_id
    """
)


class AlarmService:
    """Takes alarms in, and says how far they are."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        cases: CaseService,
        organisation: OrganisationService,
        keys: KeyRing,
    ) -> None:
        self._sessions = sessions
        self._cases = cases
        self._organisation = organisation
        self._keys = keys

    def report(self, alarm: Alarm) -> AlarmReceipt:
        """Open the alarm's case with the unit that serves the place, else with the centre, and let it ring.

        Raises Invalid for a phone by which nobody could be called back or a text that is none, Unavailable
        ``alarm_not_possible`` where no unit is set up, CommandRefused ``idempotency_conflict``.
        """
        values = self._check(alarm)
        body = {"phone": alarm.phone, "address": alarm.address, "words": alarm.words}
        request = make_request(self._keys, ACTOR, alarm.command_id, body)

        def act(session: Session, stamp: Stamp) -> CaseAnswer:
            unit = self._find_unit(session, values["address"])
            new = NewCase(
                process_key=PROCESS,
                unit_id=unit.id,
                unit_code=unit.code,
                customer_id=None,
                channel="online",
                form={key: seal_value(self._keys, key, value) for key, value in values.items() if value},
                columns={
                    **make_contact_columns(self._keys, None, values["phone"]),
                    **make_address_columns(self._keys, values["address"]),
                },
            )
            return self._cases.start_within(session, stamp, new, Start(CUSTOMER), _report)

        answer = self._cases.once(request, act)
        with self._sessions() as session:
            return AlarmReceipt(answer.case_no, find_opened_at(session, answer.case_no))

    def tell_state(self, command_id: uuid.UUID) -> dict[str, Any]:
        """Return ``{case_no, received_at, state}`` with one of ALARM_STATES; raises NotFound.

        Only whoever sent the alarm knows its command id, and the answer names nobody.
        """
        with self._sessions() as session:
            row = session.execute(_STATE, {"actor": ACTOR, "command_id": command_id}).one_or_none()
        if row is None:
            raise NotFound()
        state = "ended" if row.is_over else _TOLD_AT.get(row.step, "received")
        return {"case_no": row.case_no, "received_at": row.opened_at, "state": state}

    @staticmethod
    def _check(alarm: Alarm) -> dict[str, Any]:
        faults: dict[str, str] = {}
        values: dict[str, Any] = {"phone": "", "address": None, "words": ""}
        try:
            values["phone"] = _check_call_back(alarm.phone)
        except BadValue as bad:
            faults["phone"] = bad.code
        try:
            values["words"] = check_text(alarm.words, LONGEST_WORDS, lines=True)
        except BadValue as bad:
            faults["words"] = bad.code
        if alarm.address is not None:
            try:
                values["address"] = check_address(alarm.address, partial=True)
            except BadValue as bad:
                faults["address"] = bad.code
        if faults:
            raise Invalid(fields=faults)
        return values

    def _find_unit(self, session: Session, address: Mapping[str, Any] | None) -> ServingUnit:
        unit = address and self._organisation.find_serving_unit(
            session, address["region"], address["street"], address["community"]
        )
        unit = unit or self._organisation.find_centre(session)
        if unit is None:
            raise Unavailable("alarm_not_possible")
        return unit


def _check_call_back(phone: str) -> str:
    """A foreign or an internal number will do as well, as long as it can be dialled."""
    dialled = check_text(phone, 30)
    if not dialled:
        raise BadValue("required")
    try:
        return check_phone(dialled)
    except BadValue:
        digits = "".join(one for one in dialled if one.isascii() and one.isdigit())
        if len(digits) < 5:
            raise
        return digits


def _report(snapshot: Snapshot) -> Complete:
    [task] = snapshot.open_tasks
    return Complete(CUSTOMER, task.no, "report", snapshot.version)
