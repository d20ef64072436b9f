"""The shapes of queues and rows of cases as the console gets them; named like the types of the contract."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.cases.businesses import BUSINESS_KINDS
from backend.cases.snapshot import CaseStatus
from backend.cases.staff_queue_rows import ONLY, OTHER_FAMILY
from backend.cases.staff_queues import QUEUES
from backend.cases.staff_rows import TURNS
from backend.customers.classes import VIP_CLASSES

FAMILIES = (*(one.key for one in QUEUES if one.kind != "post"), OTHER_FAMILY)
PARTS = ("handler", "deputy", "co_handler")


def make_moment(*, may_be_none: bool = False) -> fields.DateTime:
    """Return a required field for a moment."""
    return fields.DateTime(format="iso", required=True, allow_none=may_be_none)


class QueueSchema(Schema):
    """One queue with its count; 1000 means more than 999."""

    key = fields.String(required=True, validate=validate.OneOf(tuple(one.key for one in QUEUES)))
    name = fields.String(required=True)
    count = fields.Integer(required=True)
    urgent = fields.Boolean(required=True)


class QueueListSchema(Schema):
    """The queues of one's posts."""

    items = fields.List(fields.Nested(QueueSchema), required=True)


class TimeLeftSchema(Schema):
    """How much of the time limit is used, 0 to 1."""

    share = fields.Float(required=True)


class PromiseSchema(Schema):
    """Within what time whoever complained is answered; without a moment while the time has not begun.

    ``answered_at`` is when the answer went out, ``kept`` whether that was in time; it is open until they were
    told by telephone as well.
    """

    within = fields.String(required=True)
    due_at = make_moment(may_be_none=True)
    answered_at = make_moment(may_be_none=True)
    kept = fields.Boolean(required=True, allow_none=True)
    is_open = fields.Boolean(required=True)


class StaffCaseRowSchema(Schema):
    """A case as a line of a list.

    ``application_no`` is the number that the customer was told: that of the case at the top.
    """

    case_no = fields.String(required=True)
    application_no = fields.String(required=True)
    service = fields.String(required=True)
    service_name = fields.String(required=True)
    step = fields.String(required=True)
    # What is to be done there in plain words: the manual's name where that says it.
    step_name = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(tuple(one.value for one in CaseStatus)))
    customer_name = fields.String(required=True)
    place = fields.String(required=True)
    unit_name = fields.String(required=True)
    # What of its service it is, where it was handed over: 收费. Null for the application itself.
    order_name = fields.String(required=True, allow_none=True)
    opened_at = make_moment()
    waiting_since = make_moment()
    due_at = make_moment(may_be_none=True)
    overdue = fields.Boolean(required=True)
    time_left = fields.Nested(TimeLeftSchema, required=True, allow_none=True)
    # The last of the steps that share the limit, where more than this one do; and what the customer was told.
    limit_until = fields.String(required=True, allow_none=True)
    promise = fields.Nested(PromiseSchema, required=True, allow_none=True)
    returned_times = fields.Integer(required=True)
    # How often the customer urged it, where what waits now was waiting then; and a mark of its process.
    urged_times = fields.Integer(required=True)
    # The papers that the customer found something wrong with and has not signed.
    objected_papers = fields.List(fields.String(), required=True)
    objected_since = fields.AwareDateTime(required=True, allow_none=True)
    # In lists: the customer did not agree to what was made, and it is to be made anew.
    declined_by_customer = fields.Boolean(required=True)
    # What the customer was classified as when the case started; null for an ordinary one.
    customer_class = fields.String(required=True, allow_none=True, validate=validate.OneOf(VIP_CLASSES))
    mark = fields.String(required=True, allow_none=True)
    # The words of the application sound like a leak, and it is no alarm.
    leak_words = fields.Boolean(required=True)
    handler_name = fields.String(required=True, allow_none=True)
    # What the reader is to the case: its handler, the deputy of the handler, who is away, or a co-handler.
    part = fields.String(required=True, allow_none=True, validate=validate.OneOf(PARTS))
    # Whose turn the step is; at a customer's step no limit of staff runs.
    waits_for = fields.String(required=True, validate=validate.OneOf(TURNS))
    channel = fields.String(required=True)
    is_alarm = fields.Boolean(required=True)
    rings = fields.Boolean(required=True, metadata={"description": "An alarm that nobody has taken yet."})


class BusinessSchema(Schema):
    """What cases are about, as their rows call it: a service, or a process where there is none."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(BUSINESS_KINDS))


class BusinessListSchema(Schema):
    """All of them, by kind."""

    items = fields.List(fields.Nested(BusinessSchema), required=True)


class StaffCaseListSchema(Schema):
    """Lines of cases, all of them."""

    items = fields.List(fields.Nested(StaffCaseRowSchema), required=True)


class CaseElsewhereSchema(Schema):
    """Who has the case of a number that was asked for by somebody who may not see it; nothing else of it."""

    unit_name = fields.String(required=True)
    contact_name = fields.String(required=True)
    contact_phone = fields.String(required=True)


class StaffCasePageSchema(Schema):
    """A page of lines; ``next`` is the cursor of the following one."""

    items = fields.List(fields.Nested(StaffCaseRowSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    elsewhere = fields.Nested(CaseElsewhereSchema, required=True, allow_none=True)


class StaffCaseQuerySchema(Schema):
    """Which list, narrowed by what, in which order, from where on."""

    queue = fields.String(load_default=None, validate=validate.Length(max=20))
    service = fields.String(load_default=None, validate=validate.Length(max=40))
    unit = fields.String(load_default=None, validate=validate.Regexp(r"^[0-9]{3}$"))
    due = fields.String(load_default=None, validate=validate.OneOf(["overdue", "today"]))
    narrow = fields.String(load_default=None, validate=validate.OneOf(tuple(ONLY)))
    post = fields.String(load_default=None, validate=validate.Length(max=40))
    family = fields.String(load_default=None, validate=validate.OneOf(FAMILIES))
    q = fields.String(load_default="", validate=validate.Length(max=40))
    sort = fields.String(load_default="due", validate=validate.OneOf(["due", "newest"]))
    after = fields.String(load_default=None, validate=validate.Length(max=300))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))
