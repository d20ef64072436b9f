"""Which cases a member of staff may see, and which posts stand where: derived from the processes (law 11)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import ARRAY, BigInteger, Row, bindparam, select, text
from sqlalchemy.orm import Session

from backend.cases.awaited_signatures import names_post
from backend.cases.commands import PERSONAL_POSTS, Performer
from backend.cases.drawing import list_drawn_posts
from backend.cases.models import ServiceCase
from backend.catalogue.definition import ActorKind, ProcessDefinition
from backend.catalogue.service import DefinitionStore
from backend.core.database import table_of
from backend.core.errors import Invalid, NotFound
from backend.core.statements import Prepared
from backend.organisation.leads import CENTRE_LEAD, UNIT_LEAD
from backend.organisation.models import Unit
from backend.organisation.service import Member

# Who answers for all that goes on in their units though no step is theirs: they see the cases of every
# process. Seeing is nearly all, for the engine offers a step to nobody but its own post.
OVERSEERS = frozenset({CENTRE_LEAD})
# A unit's lead is told of all that is late in the unit, whosever step it is, and so sees all its cases too.
LOOKERS_ON = OVERSEERS | {UNIT_LEAD}
CASE = table_of(ServiceCase)
STAFF_KINDS = (ActorKind.POSITION, ActorKind.DEPARTMENT)
# The task that a case's line in a list tells, for a case `c`: the newest open one, or else the newest.
TOLD_TASK = """LATERAL (
      SELECT * FROM case_task WHERE case_id = c.id ORDER BY (state = 'open') DESC, no DESC LIMIT 1
    ) t ON true"""
_BY_NO = Prepared(
    text(
        f"""
    SELECT c.id, c.case_no, c.process_key, c.definition_version_id, c.unit_id, c.unit_code, c.channel,
      c.status, c.version, c.service_key, c.handler_id, c.returned_times, c.parent_case_id, c.opened_at,
      c.contact_name_sealed, c.contact_phone_sealed, c.region, c.street, c.community, c.building, c.form,
      c.form_version_id, t.no AS task_no, t.step, t.opened_at AS waiting_since, t.due_at,
      t.urged_at, c.urged_times, c.customer_class, c.data->>'complaint_level' AS complaint_level,
      c.data->>'told_grade' AS told_grade,
      c.data->>'leak_words' AS leak_words,
      EXISTS (SELECT FROM deadline_extension x WHERE x.case_id = c.id) AS has_extensions,
      ARRAY(WITH RECURSIVE up (id, parent_case_id) AS (
              SELECT c.id, c.parent_case_id UNION ALL
              SELECT p.id, p.parent_case_id FROM service_case p JOIN up ON p.id = up.parent_case_id)
            SELECT x.staff_id FROM case_co_handler x JOIN up ON up.id = x.case_id
             WHERE x.removed_at IS NULL ORDER BY x.id) AS co_handlers,
      EXISTS (SELECT FROM case_co_handler x WHERE x.case_id IN (c.id, c.parent_case_id)) AS had_co_handlers
    FROM service_case c LEFT JOIN {TOLD_TASK}
    WHERE c.case_no = :case_no
    """
    )
)
_SEEN = select(
    CASE.c.id,
    CASE.c.case_no,
    CASE.c.parent_case_id,
    CASE.c.unit_id,
    CASE.c.handler_id,
    CASE.c.definition_version_id,
)
_SOME = _SEEN.where(CASE.c.id == bindparam("case_ids", type_=ARRAY(BigInteger)).any_())
_RELATIVES = _SEEN.where(
    (CASE.c.id == bindparam("parent_id")) | (CASE.c.parent_case_id == bindparam("case_id"))
).order_by(CASE.c.id)


def list_posts(member: Member) -> frozenset[str]:
    """Return the keys of all positions and departments that ``member`` holds."""
    return member.positions | member.departments


def find_seen_unit(session: Session, member: Member, code: str) -> int:
    """Return the id of the unit ``code`` that ``member`` sees; raises Invalid ``unit_unknown``."""
    wanted = select(Unit.id).where(Unit.code == code, Unit.id.in_(member.units))
    unit_id = session.execute(wanted).scalar_one_or_none()
    if unit_id is None:
        raise Invalid("unit_unknown", detail=code)
    return unit_id


def make_filler_performer(member: Member, row: Row[Any]) -> Performer:
    """Return the same for filling in forms, which a co-handler does for the handler."""
    performer = make_performer(member)
    if tell_part(member, row) != "co_handler" or row.handler_id is None:
        return performer
    return replace(performer, stands_for=performer.stands_for | {row.handler_id})


def tell_part(member: Member, row: Row[Any]) -> str | None:
    """Return what the member is to a case: its handler, the absent one's deputy, a co-handler, or None."""
    if row.handler_id == member.id:
        return "handler"
    if row.handler_id in member.stands_for:
        return "deputy"
    return "co_handler" if member.id in getattr(row, "co_handlers", ()) else None


def make_performer(member: Member) -> Performer:
    """Return ``member`` as the engine sees them."""
    return Performer(ActorKind.POSITION, member.positions, member.departments, member.id, member.stands_for)


class HelpedSteps(NamedTuple):
    """Steps of one process in one queue that another post than ``post``, whose they are, may carry out too.

    ``post`` is empty for steps of the customer.
    """

    post: str
    process: str
    queue: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PostMap:
    """Where posts stand in the processes.

    ``queues``: queue → posts whose steps stand in it; ``watchers``: queue → posts that take part in a process
    with a step in it; ``processes``: post → processes it takes part in; ``acting``: posts that have a step;
    ``directing``: posts that choose a handler and so answer for what handlers do.
    ``drawn``: posts of which somebody is drawn by lot, who then has a list of their own. Who only attends a
    step (``attended_by``) takes part by looking on, and so overseers and leads take part in every process; so
    does who may carry a step out as well (``also_by``). ``helped``: post → such steps that stand in a queue,
    since what one may do is counted like one's own.
    """

    queues: Mapping[str, frozenset[str]]
    watchers: Mapping[str, frozenset[str]]
    processes: Mapping[str, frozenset[str]]
    acting: frozenset[str]
    directing: frozenset[str]
    drawn: frozenset[str] = frozenset()
    helped: Mapping[str, tuple[HelpedSteps, ...]] = field(default_factory=dict)

    def list_helped(self, posts: Iterable[str], beside: Collection[str]) -> list[HelpedSteps]:
        """Return what the holder of ``posts`` may carry out though it is a step of none of ``beside``."""
        found = {one for post in posts for one in self.helped.get(post, ()) if one.post not in beside}
        return sorted(found)

    def list_processes(self, posts: Iterable[str]) -> frozenset[str]:
        """Return the processes in which ``posts`` take part beyond tasks that are one person's own."""
        found = (self.processes.get(post, frozenset()) for post in posts if post not in PERSONAL_POSTS)
        return frozenset().union(*found)

    def list_late_posts(self, posts: frozenset[str]) -> list[str]:
        """Return the posts whose late tasks the holder of ``posts`` sees for a whole unit."""
        return sorted(self.acting) if posts & LOOKERS_ON else self.list_lane_posts(posts)

    def list_lane_posts(self, posts: frozenset[str]) -> list[str]:
        """Return the posts whose tasks the holder of ``posts`` sees for a whole unit."""
        if posts & OVERSEERS:
            return sorted(self.acting)
        own = {post for post in posts if post in self.acting and post not in PERSONAL_POSTS}
        return sorted(own | (set(PERSONAL_POSTS) if own & self.directing else set()))


def map_posts(definitions: Iterable[ProcessDefinition]) -> PostMap:
    """Return where posts stand in ``definitions``."""
    queues: dict[str, set[str]] = {}
    watchers: dict[str, set[str]] = {}
    processes: dict[str, set[str]] = {}
    acting: set[str] = set()
    directing: set[str] = set()
    drawn: set[str] = set()
    helped: dict[str, dict[tuple[str, str, str], list[str]]] = {}
    for definition in definitions:
        staff_steps = [step for step in definition.steps if step.by.kind in STAFF_KINDS]
        drawn.update(list_drawn_posts(definition))
        acting.update(step.by.key for step in staff_steps)
        attending = {post for step in definition.steps for post in step.attended_by}
        helping = {actor.key for step in definition.steps for actor in step.also_by}
        taking_part = {step.by.key for step in staff_steps} | attending | helping | LOOKERS_ON
        for post in taking_part:
            processes.setdefault(post, set()).add(definition.key)
        for step in staff_steps:
            if step.queue is not None:
                queues.setdefault(step.queue, set()).add(step.by.key)
                watchers.setdefault(step.queue, set()).update(taking_part)
            if step.chooses_handler:
                directing.add(step.by.key)
        for step in definition.steps:
            for actor in step.also_by if step.queue is not None else ():
                place = (step.by.key, definition.key, step.queue or "")
                helped.setdefault(actor.key, {}).setdefault(place, []).append(step.key)
    return PostMap(
        {key: frozenset(posts) for key, posts in queues.items()},
        {key: frozenset(posts) for key, posts in watchers.items()},
        {key: frozenset(found) for key, found in processes.items()},
        frozenset(acting),
        frozenset(directing),
        frozenset(drawn),
        {
            post: tuple(HelpedSteps(*place, tuple(steps)) for place, steps in places.items())
            for post, places in helped.items()
        },
    )


class StaffAccess:
    """The one permission-checking fetch of cases for staff; foreign and missing are both NotFound."""

    def __init__(self, definitions: DefinitionStore) -> None:
        self._definitions = definitions

    def find_staff_case(self, session: Session, member: Member, case_no: str) -> Row[Any]:
        """Return the case's row; raises NotFound for a missing, a foreign unit's or another post's case."""
        row: Row[Any] | None = _BY_NO.first(session, {"case_no": case_no})
        if row is None or not (self.may_see(session, member, row) or self._is_to_sign(session, member, row)):
            raise NotFound()
        return row

    def may_see(self, session: Session, member: Member, row: Row[Any]) -> bool:
        """True for a case of the member's units whose process names one of their posts.

        Overseers and the unit's lead see every process. One who only handles cases sees those that are
        theirs, and no others.
        """
        if row.unit_id not in member.units:
            return False
        if tell_part(member, row) is not None and any(post in member.positions for post in PERSONAL_POSTS):
            return True
        posts = list_posts(member)
        if posts & LOOKERS_ON:
            return True
        definition = self._definitions.get(session, row.definition_version_id)
        return _takes_part(definition, posts - PERSONAL_POSTS.keys())

    @staticmethod
    def _is_to_sign(session: Session, member: Member, row: Row[Any]) -> bool:
        """True where a paper of a case of the member's units has a place for a post that they hold."""
        return row.unit_id in member.units and names_post(session, row.id, list_posts(member))

    def list_seen(self, session: Session, member: Member, case_ids: Collection[int]) -> dict[int, str]:
        """Return the numbers of those of these cases that the member may see, by id."""
        found = session.execute(_SOME, {"case_ids": list(case_ids)})
        return {one.id: one.case_no for one in found if self.may_see(session, member, one)}

    def list_relatives(self, session: Session, member: Member, row: Row[Any]) -> list[Row[Any]]:
        """Return the parent and the children of a case that the member may see as well."""
        found = session.execute(_RELATIVES, {"parent_id": row.parent_case_id, "case_id": row.id})
        # Who helps with a case helps with all that belongs to it.
        helps = tell_part(member, row) == "co_handler"
        return [one for one in found if helps or self.may_see(session, member, one)]


def _takes_part(definition: ProcessDefinition, posts: frozenset[str]) -> bool:
    actors = [actor for step in definition.steps for actor in (step.by, *step.also_by)]
    actors.extend(definition.cancel_by)
    if any(actor.kind in STAFF_KINDS and actor.key in posts for actor in actors):
        return True
    return any(not posts.isdisjoint(step.attended_by) for step in definition.steps)
