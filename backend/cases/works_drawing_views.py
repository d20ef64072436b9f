"""The drawings of a case as its customer and its staff look at them, with links to the very files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from backend.cases.access import find_customer_case
from backend.cases.case_files import CaseFiles
from backend.cases.case_tree import Branch, list_branches, read_tree_by_id
from backend.cases.snapshot import CaseStatus
from backend.cases.staff_access import StaffAccess
from backend.cases.works_drawings import DRAWING_SHOWN, SIGNED_DRAWINGS, SUM, WORKS_DRAWING, name_drawing
from backend.catalogue.service import DefinitionStore
from backend.organisation.service import Member


class WorksDrawings:
    """Reads for whoever may see the case; most cases have no drawing."""

    def __init__(
        self,
        reading: sessionmaker[Session],
        access: StaffAccess,
        definitions: DefinitionStore,
        files: CaseFiles,
    ) -> None:
        self._reading = reading
        self._access = access
        self._definitions = definitions
        self._files = files

    def tell_customer(self, customer_id: int, case_no: str) -> list[dict[str, Any]]:
        """Return what is to be signed now, and then what was signed; raises NotFound.

        A drawing that was turned down and is drawn anew is not the customer's to look at any more.
        """
        with self._reading() as session:
            root = find_customer_case(session, customer_id, case_no).branch
            waiting = [one for one in self._list_new(session, root) if one["to_sign"]]
            return self._describe(session, [*waiting, *_list_signed(root)])

    def tell_staff(self, member: Member, case_no: str) -> list[dict[str, Any]]:
        """Return the newest drawing of the case, signed or not, and then what was signed; raises NotFound."""
        with self._reading() as session:
            case_id = self._access.find_staff_case(session, member, case_no).id
            root = read_tree_by_id(session, case_id).branch
            return self._describe(session, [*self._list_new(session, root), *_list_signed(root)])

    def _list_new(self, session: Session, root: Branch) -> Iterator[dict[str, Any]]:
        """The drawings that nobody has signed. ``to_sign``: the case waits for just that."""
        told_of: set[str] = set()
        for branch in list_branches(root):
            data = branch.snapshot.data
            drawing = data.get(WORKS_DRAWING)
            signed = {one["sha256"] for one in data.get(SIGNED_DRAWINGS) or ()}
            if not drawing or drawing["sha256"] in told_of:
                continue
            if drawing["sha256"] not in signed or self._waits(session, branch):
                told_of.add(drawing["sha256"])
                told = {**drawing, "name": name_drawing(data), "signed_at": None}
                yield {**told, "to_sign": self._waits(session, branch)}

    def _waits(self, session: Session, branch: Branch) -> bool:
        if branch.snapshot.status is not CaseStatus.OPEN:
            return False
        definition = self._definitions.get(session, branch.definition_version_id)
        return any(definition.step(task.step).has_guard(DRAWING_SHOWN) for task in branch.snapshot.open_tasks)

    def _describe(self, session: Session, drawings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        views = self._files.describe(session, [key for one in drawings for key in one["files"]])
        return [
            {
                "name": one["name"],
                "sha256": one["sha256"],
                "signed_at": one["signed_at"],
                "to_sign": one.get("to_sign", False),
                "amount_fen": one.get(SUM),
                "files": [views[key] for key in one["files"] if key in views],
            }
            for one in drawings
        ]


def _list_signed(root: Branch) -> list[dict[str, Any]]:
    # What a case handed over to began with its parent's data, and so with the parent's drawings.
    kept = {
        one["signature_file"]: one
        for branch in list_branches(root)
        for one in branch.snapshot.data.get(SIGNED_DRAWINGS) or ()
    }
    return sorted(kept.values(), key=lambda one: one["signed_at"], reverse=True)
