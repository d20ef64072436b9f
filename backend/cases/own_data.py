"""What the hall keeps of a customer, in full, for the customer alone: who they are, accounts, applications.

As the law on personal information gives everybody: a copy of what is kept about them, and who looked at it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.models import Consent, PersonalLook
from backend.cases.case_tree import CaseTree, list_branches, list_trees
from backend.cases.document_printing import Printed
from backend.cases.form_sealing import open_values
from backend.cases.offers import Offers
from backend.cases.own_data_sections import Section, make_section, write_lines, write_moment, write_table
from backend.cases.snapshot import CaseStatus
from backend.catalogue.forms import FILE_TYPES, FieldType, list_shown_fields
from backend.catalogue.service import DefinitionStore
from backend.core.encryption import KeyRing
from backend.core.local_time import SHANGHAI, local_date
from backend.customers.addresses import write_address
from backend.customers.bindings import AccountBindings
from backend.customers.service import CustomersService
from backend.documents.paper import lay_out_plain
from backend.documents.typesetting import Typesetter
from backend.documents.written_values import write_words

# Nobody has so many; it keeps one call from reading without end.
MOST_CASES = 300
_TITLE = "我的个人信息"
_ROLES: Mapping[str, str] = {"owner": "户主", "tenant": "租户", "agent": "代办人", "payer": "缴费人"}
_STATES: Mapping[CaseStatus, str] = {
    CaseStatus.OPEN: "正在办理",
    CaseStatus.COMPLETED: "已办结",
    CaseStatus.REFUSED: "未受理",
    CaseStatus.WITHDRAWN: "已撤回",
    CaseStatus.CANCELLED: "已终止",
}
# What other components keep of a customer, gathered in the same transaction.
MoreSections = Callable[[Session, int], list[Section]]


class OwnData:
    """Gathers in one transaction, and sets the PDF after it."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        customers: CustomersService,
        bindings: AccountBindings,
        definitions: DefinitionStore,
        offers: Offers,
        keys: KeyRing,
        typesetter: Typesetter,
        more: MoreSections,
        issuer: str,
        now: Callable[[], datetime],
    ) -> None:
        self._reading = reading
        self._customers = customers
        self._bindings = bindings
        self._definitions = definitions
        self._offers = offers
        self._keys = keys
        self._typesetter = typesetter
        self._more = more
        self._issuer = issuer
        self._now = now

    def print(self, customer_id: int) -> Printed:
        """Return all of it as a PDF; raises NotFound, Unavailable ``printing_unavailable``."""
        now = self._now()
        with self._reading() as session:
            found = list_trees(session, customer_id, "all", None, MOST_CASES + 1)
            trees = found[:MOST_CASES]
            sections = [
                self._write_person(session, customer_id),
                self._write_accounts(session, customer_id),
                *self._more(session, customer_id),
                _write_consents(session, customer_id),
                _write_looks(session, customer_id, trees),
                *(self._write_case(session, one) for one in trees),
                *(_tell_cut() if len(found) > MOST_CASES else ()),
            ]
        day = local_date(now)
        number = f"{now.astimezone(SHANGHAI):%Y%m%d%H%M%S}"
        copy = f"截至 {write_moment(now)}，只给您本人"
        sheet = lay_out_plain(_TITLE, self._issuer, number, copy, sections)
        content = self._typesetter.set_papers(_TITLE, self._issuer, now, [sheet])
        return Printed(content, f"{_TITLE}-{day:%Y%m%d}.pdf")

    def _write_person(self, session: Session, customer_id: int) -> Section:
        customer = self._customers.describe_customer(session, customer_id)
        name, id_number = self._customers.read_identity(session, customer_id)
        proven = "（已验证）" if customer.phone_verified else ""
        told = {"姓名": name, "手机号": customer.phone and customer.phone + proven, "证件号码": id_number}
        return make_section("您是谁", write_lines(told))

    def _write_accounts(self, session: Session, customer_id: int) -> Section:
        bound = self._bindings.list_bound(session, customer_id)
        rows = [
            [
                one.account_no,
                _ROLES.get(one.role, one.role),
                write_address(one.place),
                write_moment(one.granted_at),
            ]
            for one in bound
        ]
        return make_section(
            "您的户号", write_table("您的户号", ["户号", "您是", "地址", "何时起"], [3, 1, 4, 3], rows)
        )

    def _write_case(self, session: Session, tree: CaseTree) -> Section:
        branch = tree.branch
        definition = self._definitions.get(session, branch.definition_version_id)
        service = self._offers.name_of(tree.service_key) or definition.told_name
        told: dict[str, str | None] = {
            "办件编号": tree.case_no,
            "提交时间": write_moment(tree.opened_at),
            "现在": _STATES[branch.snapshot.status],
        }
        if tree.form_version_id is not None:
            told |= self._write_form(session, tree.form_version_id, tree.form)
        return make_section(f"{service} {tree.case_no}", write_lines(told))

    def _write_form(
        self, session: Session, form_version_id: int, form_values: Mapping[str, Any]
    ) -> dict[str, str]:
        form = self._definitions.get_form(session, form_version_id)
        values = open_values(self._keys, form_values)
        shown = list_shown_fields(form, values)
        bodies = {one["key"]: one for section in form.body["sections"] for one in section["fields"]}
        told: dict[str, str] = {}
        for field in form.fields:
            value = values.get(field.key)
            if field.key not in shown or value in (None, "", []):
                continue
            if field.type in FILE_TYPES:
                told[field.label] = f"{len(value)} 份，可在办件里查看" if isinstance(value, list) else "有"
            elif field.type is FieldType.TABLE:
                told[field.label] = f"{len(value)} 行，可在办件里查看"
            else:
                told[field.label] = write_words(bodies[field.key], value)
        return told


def _write_consents(session: Session, customer_id: int) -> Section:
    given = select(Consent).where(Consent.customer_id == customer_id).order_by(Consent.id)
    rows = [
        [
            f"隐私说明 第 {one.version} 版",
            write_moment(one.given_at),
            write_moment(one.withdrawn_at) if one.withdrawn_at else "",
        ]
        for one in session.scalars(given)
    ]
    return make_section(
        "您同意过什么", write_table("您同意过什么", ["内容", "同意时间", "撤回时间"], [2, 2, 2], rows)
    )


def _write_looks(session: Session, customer_id: int, trees: Iterable[CaseTree]) -> Section:
    subjects = [f"customer:{customer_id}"]
    subjects += [f"case:{one.id}" for tree in trees for one in list_branches(tree.branch)]
    seen = select(PersonalLook).where(PersonalLook.subject.in_(subjects)).order_by(PersonalLook.id)
    rows = [
        [write_moment(one.looked_at), f"工号 {one.staff_id}", one.reason] for one in session.scalars(seen)
    ]
    return make_section(
        "谁看过您的完整信息",
        write_table("谁看过您的完整信息", ["时间", "工作人员", "为了什么"], [3, 2, 5], rows),
    )


def _tell_cut() -> list[Section]:
    words = f"这里只列出最近 {MOST_CASES} 件，更早的在“我的办件”里查看。"
    return [make_section("更早的办件", write_lines({"说明": words}))]
