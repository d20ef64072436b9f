"""The shapes of cases as the console gets them; named like the types of the contract."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.cases.choices import CHOICES
from backend.cases.document_schemas import DocumentLineSchema
from backend.cases.schemas import (
    AppointmentViewSchema,
    AvailableActionSchema,
    CorrectionSchema,
    OwedDocumentSchema,
    StaffProgressStepSchema,
)
from backend.catalogue.form_schemas import FormBodySchema, make_values_field
from backend.core.json_fields import Ready
from backend.files.schemas import FileViewSchema
from staff_api.case_row_schemas import StaffCaseRowSchema, make_moment

VERDICTS = ("pass", "reject")


class StaffCorrectionSchema(CorrectionSchema):
    """What the customer was asked to mend, and when."""

    asked_at = make_moment()
    resolved_at = make_moment(may_be_none=True)


class ReviewMarkSchema(Schema):
    """A reviewer's verdict."""

    verdict = fields.String(required=True, validate=validate.OneOf(VERDICTS))
    reason = fields.String(required=True)


class StaffCustomerSchema(Schema):
    """Whom the case is for; masked."""

    name = fields.String(required=True)
    phone = fields.String(required=True)
    masked = fields.Boolean(required=True)


class HistoryLineSchema(Schema):
    """One thing that happened."""

    at = make_moment()
    actor = fields.String(required=True)
    text = fields.String(required=True)


class CaseProgressStepSchema(StaffProgressStepSchema):
    """One step of a case's progress: with whether it was left because the customer did not agree."""

    declined = fields.Boolean(required=True)


class ObjectionBesideSchema(Schema):
    """What the customer objects to in another part of the same application, which is answered there.

    ``answered_by`` is who wrote the paper, for whoever may not answer.
    """

    case_no = fields.String(required=True)
    paper = fields.String(required=True)
    text = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    may_answer = fields.Boolean(required=True)
    answered_by = fields.String(required=True)


class RemakingWaySchema(Schema):
    """How a disputed paper is written anew: by this outcome of the open ``task``, or of what follows it.

    ``ends_child``: what the task handed over is to be ended before; ``outcome`` is empty where that is all.
    """

    task = fields.Integer(required=True)
    outcome = fields.String(required=True)
    name = fields.String(required=True)
    ends_child = fields.Boolean(required=True)


class SentBackSchema(Schema):
    """Why staff sent the case back to the step at which it stands, and how; or ended a part of it."""

    name = fields.String(required=True)
    text = fields.String(required=True)
    at = make_moment()
    by = fields.String(required=True)
    ends_part = fields.Boolean(required=True)


class ObjectionToPaperSchema(Schema):
    """What the customer found wrong with a paper, by its task, until it is mended, signed or answered."""

    id = fields.Integer(required=True)
    task = fields.Integer(required=True)
    paper = fields.String(required=True)
    text = fields.String(required=True)
    at = make_moment()
    may_answer = fields.Boolean(required=True)
    way = fields.Nested(RemakingWaySchema, required=True, allow_none=True)


class SettledObjectionSchema(Schema):
    """What the customer found wrong with a paper, by its task, and how that came to its end."""

    task = fields.Integer(required=True)
    text = fields.String(required=True)
    at = make_moment()
    way = fields.String(required=True, validate=validate.OneOf(("answered", "signed", "remade")))
    answer = fields.String(required=True, allow_none=True)


class NoteSchema(Schema):
    """A note that only staff read."""

    at = make_moment()
    author = fields.String(required=True)
    text = fields.String(required=True)


class StaffRatingSchema(Schema):
    """The customer's judgement; ``asked_by`` names who asked for it at the counter."""

    stars = fields.Integer(required=True)
    tags = fields.List(fields.String(), required=True)
    words = fields.String(required=True)
    channel = fields.String(required=True, validate=validate.OneOf(("client", "counter")))
    asked_by = fields.String(required=True, allow_none=True)


class MessageTrySchema(Schema):
    """One try to send a message by one way, and what came of it."""

    channel = fields.String(required=True, validate=validate.OneOf(("mini", "official", "sms")))
    state = fields.String(required=True, validate=validate.OneOf(("sending", "sent", "refused", "unknown")))


class ToldMessageSchema(Schema):
    """A message to the customer, who reads it in the client as well."""

    at = make_moment()
    title = fields.String(required=True)
    text = fields.String(required=True)
    sms = fields.String(required=True, allow_none=True)
    tries = fields.List(fields.Nested(MessageTrySchema), required=True)


class OpenTaskSchema(Schema):
    """A step at which something is waited for."""

    no = fields.Integer(required=True)
    step = fields.String(required=True)
    name = fields.String(required=True)
    queue = fields.String(required=True, allow_none=True)
    # Whose turn it is.
    party_name = fields.String(required=True)
    due_at = make_moment(may_be_none=True)
    attended_by = fields.List(fields.String(), required=True)
    # Whoever did the step before it, on the telephone, goes on with this one at once.
    in_one_go = fields.Boolean(required=True)
    may_extend = fields.Boolean(required=True)


class PendingExtensionSchema(Schema):
    """More time is asked for a step, and nobody has answered yet."""

    id = fields.Integer(required=True)
    task = fields.Integer(required=True)
    step_name = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = make_moment()
    due_before = make_moment()
    due_at = make_moment()
    reason = fields.String(required=True)
    may_answer = fields.Boolean(required=True)
    may_withdraw = fields.Boolean(required=True)


class CoHandlerSchema(Schema):
    """A colleague who handles the case, alone or together with others."""

    username = fields.String(required=True)
    name = fields.String(required=True)


class TeamSchema(Schema):
    """Who else works on the case; ``may_arrange`` says whether the reader chooses them and forwards it.

    The ``handler`` is told to who arranges, so that nobody is asked to help himself.
    """

    handler = fields.Nested(CoHandlerSchema, required=True, allow_none=True)
    co_handlers = fields.List(fields.Nested(CoHandlerSchema), required=True)
    may_arrange = fields.Boolean(required=True)


class DrawingSchema(Schema):
    """Who of those on line was drawn for the open step; ``name`` is null where nobody was on line."""

    name = fields.String(required=True, allow_none=True)


class ForwardedPartSchema(Schema):
    """What was forwarded to a department: who did it and why, until when, and the answer.

    ``case_no`` is null for who may not see it; ``declined`` says that the department is not concerned;
    ``answered_by`` is who of the department answered.
    """

    case_no = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(required=True)
    at = make_moment(may_be_none=True)
    due_at = make_moment(may_be_none=True)
    state = fields.String(required=True, validate=validate.OneOf(("open", "answered", "declined", "ended")))
    answer = fields.String(required=True, allow_none=True)
    answered_by = fields.String(required=True, allow_none=True)


class ForwardingSchema(Schema):
    """What was forwarded to other departments, and whether the reader may forward something now."""

    may_forward = fields.Boolean(required=True)
    parts = fields.List(fields.Nested(ForwardedPartSchema), required=True)


class UnitChoiceSchema(Schema):
    """A unit to dispatch to."""

    code = fields.String(required=True)
    name = fields.String(required=True)


class FormDemandSchema(Schema):
    """A field of the step's form that the way out wants ``filled``, or else empty."""

    field = fields.String(required=True)
    filled = fields.Boolean(required=True)


class StaffActionSchema(AvailableActionSchema):
    """An action of staff; ``demands`` tells which way out fits what is typed into the step's form.

    ``not_yet``: what it needs is not here yet, as a way of paying, and clients draw no button.
    ``is_told``: the customer gets a message that it was done.
    ``choice``: of several that weigh the same, whether it was told before; only then may it stand out.
    """

    is_told = fields.Boolean(required=True)
    not_yet = fields.Boolean(required=True)
    choice = fields.String(required=True, allow_none=True, validate=validate.OneOf(CHOICES))
    demands = fields.List(fields.Nested(FormDemandSchema), required=True)


class StaffVisitSchema(Schema):
    """What the handler brought back, and what was said on the telephone afterwards (``call_result``)."""

    photos = fields.List(Ready(FileViewSchema), required=True)
    result = fields.String(required=True, allow_none=True)
    made_at = make_moment(may_be_none=True)
    signature = Ready(FileViewSchema, required=True, allow_none=True)
    call_result = fields.String(required=True, allow_none=True)


class ChildCaseSchema(Schema):
    """The case that goes on with the work; ``your_step`` names what the asking member may do there.

    ``for_customer`` says that it waits for the customer, on whose behalf they may do it. ``overdue`` is true
    while anything in it or below is late.
    """

    case_no = fields.String(required=True)
    your_step = fields.String(required=True, allow_none=True)
    for_customer = fields.Boolean(required=True)
    overdue = fields.Boolean(required=True)


class StaffCaseViewSchema(StaffCaseRowSchema):
    """A whole case; personal values masked."""

    version = fields.Integer(required=True)
    works_due_at = make_moment(may_be_none=True)
    works_overdue = fields.Boolean(required=True)
    # The day that the works slip has, which the customer is told: 12月10日 周四 竣工.
    promised_end = fields.String(required=True, allow_none=True)
    application_no = fields.String(required=True)
    unit_code = fields.String(required=True)
    # What is owed for it, where that is known.
    amount_fen = fields.Integer(required=True, allow_none=True)
    # Since when what was personal in it is gone, as its time was over.
    erased_at = make_moment(may_be_none=True)
    customer = fields.Nested(StaffCustomerSchema, required=True)
    form = Ready(FormBodySchema, required=True)
    values = make_values_field(required=True)
    masked_items = fields.List(fields.String(), required=True)
    files = fields.Dict(keys=fields.String(), values=Ready(FileViewSchema), required=True)
    corrections = fields.List(fields.Nested(StaffCorrectionSchema), required=True)
    changed_items = fields.List(fields.String(), required=True)
    previous_values = make_values_field(required=True)
    reviews = fields.Dict(keys=fields.String(), values=fields.Nested(ReviewMarkSchema), required=True)
    owed_documents = fields.List(fields.Nested(OwedDocumentSchema), required=True)
    may_be_owed = fields.List(fields.String(), required=True)
    progress = fields.List(fields.Nested(CaseProgressStepSchema), required=True)
    history = fields.List(fields.Nested(HistoryLineSchema), required=True)
    reply = fields.String(
        required=True, allow_none=True, metadata={"description": "What the unit replied (回复工单)."}
    )
    # Why the customer did not agree to what is made anew for them now.
    declined = fields.String(required=True, allow_none=True)
    notes = fields.List(fields.Nested(NoteSchema), required=True)
    messages = fields.List(fields.Nested(ToldMessageSchema), required=True)
    rating = fields.Nested(StaffRatingSchema, required=True, allow_none=True)
    actions = fields.List(fields.Nested(StaffActionSchema), required=True)
    documents = fields.List(fields.Nested(DocumentLineSchema), required=True)
    sent_back = fields.Nested(SentBackSchema, required=True, allow_none=True)
    objections = fields.List(fields.Nested(ObjectionToPaperSchema), required=True)
    objections_settled = fields.List(fields.Nested(SettledObjectionSchema), required=True)
    objections_beside = fields.List(fields.Nested(ObjectionBesideSchema), required=True)
    # Whether staff may book or move the visit for the customer now.
    may_book = fields.Boolean(required=True)
    appointment = Ready(AppointmentViewSchema, required=True, allow_none=True)
    visit = fields.Nested(StaffVisitSchema, required=True)
    open_tasks = fields.List(fields.Nested(OpenTaskSchema), required=True)
    team = fields.Nested(TeamSchema, required=True)
    drawing = fields.Nested(DrawingSchema, required=True, allow_none=True)
    forwarding = fields.Nested(ForwardingSchema, required=True)
    extension = fields.Nested(PendingExtensionSchema, required=True, allow_none=True)
    suggested_unit = fields.Nested(UnitChoiceSchema, required=True, allow_none=True)
    child = fields.Nested(ChildCaseSchema, required=True, allow_none=True)
    parent_case_no = fields.String(required=True, allow_none=True)
