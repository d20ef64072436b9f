"""Fills the demonstration's knowledge base and ledger of customers, through the services of the screens."""

from __future__ import annotations

import csv
import io
import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from backend.cases import application_rows
from backend.cases.commands import SYSTEM, Start
from backend.cases.service import NewCase, Request
from backend.cases.staff_access import StaffAccess
from backend.cases.staff_commands import StaffCommand
from backend.core.config import Settings
from backend.core.local_time import local_date
from backend.customers.models import GasAccount
from backend.knowledge.models import KnowledgeVersion
from backend.knowledge.rounds import KnowledgeRounds
from backend.ledgers.models import LedgerEntry
from backend.ledgers.service import CustomerLedger
from backend.organisation.service import Member
from deploy.demo.cast import Cast
from deploy.demo.clock import WalkingClock
from deploy.demo.library_words import DRAFTED, LEDGER, PLAN, PUBLISHED
from deploy.demo.quiet import QuietHall
from deploy.demo.stage import make_staff_commands

_DIVISION, _UNIT = "200", "301"
_PLANNED_AGO = timedelta(days=20)


class Library:
    """Enters what these two screens show; what is there already stays as it is."""

    def __init__(self, settings: Settings, present: datetime) -> None:
        self._clock = WalkingClock(present)
        self._quiet = QuietHall(settings, self._clock)
        hall = self._quiet.hall
        access = StaffAccess(hall.definitions)
        self._hall = hall
        self._cast = Cast(hall)
        self._staff = make_staff_commands(hall, self._clock)
        self._rounds = KnowledgeRounds(
            hall.sessions, hall.cases, access, hall.definitions, hall.organisation,
            hall.content.post_names, self._clock,
        )  # fmt: skip
        self._ledger = CustomerLedger(
            hall.sessions, hall.cases, access, hall.organisation, hall.keys, (), self._clock
        )

    def fill(self) -> tuple[int, int]:
        """Return how many articles and how many rows of the ledger were entered."""
        counts = self._publish_articles(), self._bring_ledger_in()
        self._quiet.close()
        return counts

    def _publish_articles(self) -> int:
        with self._hall.sessions() as session:
            if session.execute(select(KnowledgeVersion.id).limit(1)).first() is not None:
                return 0
        self._clock.set_to(self._clock.present - _PLANNED_AGO)
        centre, division, unit = (self._cast.find(one) for one in ("manager1", "division200", "lead301"))
        done = self._start("plan")
        self._rounds.plan(centre, done, PLAN)
        self._act(centre, done, "planned", reason="按季采集，年底前发布")
        self._bring_to_edit(done, centre, division)
        for words in PUBLISHED:
            self._rounds.write(unit, done, uuid.uuid4(), words)
        self._walk(days=2)
        for who, outcome in ((unit, "reported"), (division, "accepted"), (centre, "conforming")):
            self._act(who, done, outcome)
        self._act(centre, done, "published")
        self._clock.set_to(self._clock.present - timedelta(days=1))
        running = self._start("launch")
        self._bring_to_edit(running, centre, division)
        for words in DRAFTED:
            self._rounds.write(unit, running, uuid.uuid4(), words)
        return len(PUBLISHED) + len(DRAFTED)

    def _bring_to_edit(self, case_no: str, centre: Member, division: Member) -> None:
        self._act(centre, case_no, "launched", reason="请按计划采集")
        self._act(division, case_no, "organised", unit_code=_UNIT)

    def _bring_ledger_in(self) -> int:
        with self._hall.sessions() as session:
            if session.execute(select(LedgerEntry.gas_account_id).limit(1)).first() is not None:
                return 0
            wanted = select(GasAccount.account_no).order_by(GasAccount.account_no).limit(len(LEDGER))
            numbers = session.scalars(wanted).all()
        if not numbers:
            return 0
        self._clock.set_to(self._clock.present)
        today = local_date(self._clock())
        table = io.StringIO()
        writer = csv.writer(table)
        writer.writerow(("户号", "客户类型", "客户层级", "年用气量", "拜访周期", "上次拜访", "服务内容"))
        for number, (kind, grade, volume, every, ago, content) in zip(numbers, LEDGER, strict=False):
            writer.writerow((number, kind, grade, volume, every, today - timedelta(days=ago), content))
        told = self._ledger.bring_in(
            self._cast.find("manager1"), table.getvalue().encode(), None, preview=False
        )
        return int(told["taken"])

    def _start(self, step: str) -> str:
        with self._hall.sessions() as session:
            division = self._hall.organisation.find_unit(session, _DIVISION)
        data = {"plan_year": local_date(self._clock()).year}
        new = NewCase("knowledge_publishing", division.id, _DIVISION, None, "calendar", data=data)
        begun = Start(SYSTEM, data=data, enter_at=step)
        return self._hall.cases.start_case(Request("system", uuid.uuid4(), {}), new, begun).case_no

    def _act(self, member: Member, case_no: str, outcome: str, **more: str) -> None:
        case = self._hall.cases.load(self._find_id(case_no))
        [task] = case.snapshot.open_tasks
        self._walk(hours=1)
        wish = StaffCommand(
            uuid.uuid4(), case.snapshot.version, "complete", {}, task=task.no, outcome=outcome,
            reason=more.get("reason", ""), unit_code=more.get("unit_code"),
        )  # fmt: skip
        self._staff.carry_out(member, case_no, wish)

    def _walk(self, **by: float) -> None:
        self._clock.walk_to(self._clock() + timedelta(**by))

    def _find_id(self, case_no: str) -> int:
        with self._hall.sessions() as session:
            return application_rows.find_id(session, case_no)
