"""The only ways from a customer to a case: foreign and missing look the same (law 11)."""

from __future__ import annotations

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from backend.cases.case_tree import CaseTree, read_tree
from backend.cases.models import ServiceCase
from backend.core.database import table_of
from backend.core.errors import NotFound
from backend.core.ids import is_valid_case_no

_CASE = table_of(ServiceCase)
_OWN_ID = select(_CASE.c.id).where(
    _CASE.c.case_no == bindparam("case_no"),
    _CASE.c.customer_id == bindparam("customer_id"),
    _CASE.c.parent_case_id.is_(None),
)
_PARENT_ID = select(_CASE.c.parent_case_id).where(_CASE.c.id == bindparam("case_id"))
_CHILD_ID = select(_CASE.c.id).where(
    _CASE.c.parent_case_id == bindparam("parent_id"), _CASE.c.parent_task_no == bindparam("task_no")
)
_CHILDREN = select(_CASE.c.id, _CASE.c.parent_task_no).where(_CASE.c.parent_case_id == bindparam("parent_id"))
_ANY_OPEN = text(
    "WITH RECURSIVE above AS (SELECT parent_case_id, status FROM service_case WHERE id = :case_id"
    " UNION ALL SELECT one.parent_case_id, one.status FROM service_case one"
    " JOIN above ON one.id = above.parent_case_id)"
    " SELECT bool_or(status = 'open') FROM above"
)
# A customer knows one case only. A task of what that handed over to is numbered by the path to it, in
# steps of this; no case comes near as many tasks.
TASKS_OF_A_CASE = 10_000


def find_customer_case(session: Session, customer_id: int, case_no: str) -> CaseTree:
    """Return the customer's case, read without a lock.

    Raises NotFound for a number that is malformed, missing or another customer's. What a case handed over to
    has a number too, but customers see it only as part of their own case.
    """
    tree = read_tree(session, customer_id, case_no) if is_valid_case_no(case_no) else None
    if tree is None:
        raise NotFound
    return tree


def find_customer_case_id(session: Session, customer_id: int, case_no: str) -> int:
    """Return the id of the customer's case, to be locked; raises NotFound like ``find_customer_case``."""
    found: int | None = (
        session.execute(_OWN_ID, {"case_no": case_no, "customer_id": customer_id}).scalar_one_or_none()
        if is_valid_case_no(case_no)
        else None
    )
    if found is None:
        raise NotFound
    return found


def find_root_id(session: Session, case_id: int) -> int:
    """Return the id of the case at the top, which may be this one."""
    while (parent_id := session.execute(_PARENT_ID, {"case_id": case_id}).scalar_one()) is not None:
        case_id = parent_id
    return case_id


def is_going_on(session: Session, case_id: int) -> bool:
    """True while the case is open, or one of those that handed over to it."""
    return bool(session.execute(_ANY_OPEN, {"case_id": case_id}).scalar_one())


def find_child_id(session: Session, parent_id: int, task_no: int) -> int | None:
    """Return the id of the case behind a task that handed over, or None."""
    return session.execute(_CHILD_ID, {"parent_id": parent_id, "task_no": task_no}).scalar_one_or_none()


def list_children(session: Session, parent_id: int) -> list[tuple[int, int]]:
    """Return (id, task that handed over) of each; some let their parent go on before their end."""
    rows = session.execute(_CHILDREN, {"parent_id": parent_id})
    return [(row.id, row.parent_task_no) for row in rows]


def join_task(path: tuple[int, ...]) -> int:
    """Return one number for the task at the end of ``path``: the waiting tasks above it, then its own."""
    number = 0
    for one in path:
        number = number * TASKS_OF_A_CASE + one
    return number


def split_task(number: int) -> tuple[int, ...]:
    """Return the path that ``join_task`` made the number of."""
    path = [number % TASKS_OF_A_CASE]
    while number >= TASKS_OF_A_CASE:
        number //= TASKS_OF_A_CASE
        path.insert(0, number % TASKS_OF_A_CASE)
    return tuple(path)
