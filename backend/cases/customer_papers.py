"""All documents of a customer's cases (我的资料): what is to be filled in, signed or supplied, and the rest.

These are the forms of their own steps, and what others filled in and they sign or keep a copy of: contracts,
receipts, slips.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import join_task
from backend.cases.case_tree import Branch, CaseTree, list_trees
from backend.cases.commands import CUSTOMER
from backend.cases.document_views import TO_FILL, DocumentLists
from backend.cases.offers import Offers
from backend.cases.snapshot import CaseStatus
from backend.catalogue.forms import Form
from backend.catalogue.service import DefinitionStore
from backend.core.errors import Invalid
from backend.core.ids import is_valid_case_no
from backend.organisation.service import OrganisationService

# A page is of cases: those whose documents fill a few screens of a phone.
PAGE = 10
# Where a paper stands: to be filled in, begun, or handed in; and one that is still owed.
OWED, TO_SIGN = "owed", "to_sign"
PAPER_STATES = (OWED, TO_FILL, "draft", TO_SIGN, "filled")

_FORMLESS = {"task": None, "number": "", "own": True, "is_erased": False}


class CustomerPapers:
    """Lists papers case by case, the newest case first. What concerns staff alone is not shown."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        definitions: DefinitionStore,
        organisation: OrganisationService,
        offers: Offers,
    ) -> None:
        self._reading = reading
        self._definitions = definitions
        self._offers = offers
        self._lists = DocumentLists(definitions, organisation, frozenset())

    def list_page(self, customer_id: int, after: str | None) -> dict[str, Any]:
        """Return ``{items, next}``; ``after`` is the ``next`` of the page before.

        Raises Invalid for an ``after`` that was never given out.
        """
        if after is not None and not is_valid_case_no(after):
            raise Invalid(fields={"after": "invalid"})
        with self._reading() as session:
            trees = list_trees(session, customer_id, "all", after, PAGE + 1)
            items = [self._describe(session, tree) for tree in trees[:PAGE]]
        return {"items": items, "next": trees[PAGE - 1].case_no if len(trees) > PAGE else None}

    def _describe(self, session: Session, tree: CaseTree) -> dict[str, Any]:
        form = self._definitions.get_form(session, tree.form_version_id) if tree.form_version_id else None
        process = self._definitions.get(session, tree.branch.definition_version_id)
        is_open = tree.branch.snapshot.status is CaseStatus.OPEN
        lines = list(self._list_lines(session, tree.branch, ()))
        waiting = [one for one in lines if one["state"] != "filled"] if is_open else []
        filled = sorted(
            (one for one in lines if one["state"] == "filled"), key=lambda one: one["at"], reverse=True
        )
        owed = _list_owed(tree, form) if is_open else []
        return {
            "case_no": tree.case_no,
            "service_name": self._offers.name_of(tree.service_key) or process.told_name,
            "place": f"{tree.community} {tree.building}".strip(),
            "opened_at": tree.opened_at,
            "papers": [*owed, *waiting, *filled, *_write_application(tree, form)],
        }

    def _list_lines(
        self, session: Session, branch: Branch, path: tuple[int, ...]
    ) -> Iterator[dict[str, Any]]:
        """Yield what concerns the customer, of the case and of all that it handed over to."""
        definition = self._definitions.get(session, branch.definition_version_id)
        for line in self._lists.describe(session, branch.id, definition, branch.snapshot, CUSTOMER):
            own = CUSTOMER.holds(definition.step(line["step"]).by)
            if line["state"] == "superseded" or not (own or _is_theirs(line)):
                continue
            yield {
                "task": join_task((*path, line["task"])),
                "name": line["name"],
                "number": line["number"],
                "own": own,
                "state": TO_SIGN if line["state"] == "filled" and line["may_sign"] else line["state"],
                "hint": line["step_name"],
                "at": line["filled_at"] or line["saved_at"],
                "is_erased": line["is_erased"],
            }
        for number, child in branch.children.items():
            yield from self._list_lines(session, child, (*path, number))


def _is_theirs(line: Mapping[str, Any]) -> bool:
    """What others fill in is the customer's as soon as it was handed in."""
    return bool(line["concerns_customer"]) and line["filled_at"] is not None


def _list_owed(tree: CaseTree, form: Form | None) -> list[dict[str, Any]]:
    owed = sorted(tree.branch.snapshot.owed_documents)
    return [
        {**_FORMLESS, "name": _label_of(form, key), "state": OWED, "hint": "拍照或选文件补交", "at": None}
        for key in owed
    ]


def _write_application(tree: CaseTree, form: Form | None) -> list[dict[str, Any]]:
    """What the case came in by; it is read on the case's own page, so it has no task."""
    if form is None or not (tree.form or tree.erased_at):
        return []
    told = {"name": form.name, "state": "filled", "hint": "申请时填的", "at": tree.opened_at}
    told |= {"is_erased": tree.erased_at is not None}
    return [{**_FORMLESS, **told}]


def _label_of(form: Form | None, key: str) -> str:
    field = form.field(key) if form else None
    return field.label if field else key
