"""Shapes of a case's documents, for both APIs."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.cases.document_views import STATES
from backend.cases.staff_remarks import LONGEST_TEXT
from backend.catalogue.contract_text import LineKind
from backend.catalogue.form_schemas import FormBodySchema, make_values_field
from backend.core.json_fields import Ready
from backend.files.schemas import FileViewSchema


class SignerSchema(Schema):
    """Who signs a document, and who has; ``stale`` where the document was changed after that.

    ``known_name``: whom the document names, masked; nobody has to be asked for a name then.
    """

    key = fields.String(required=True)
    label = fields.String(required=True)
    party = fields.String(required=True)
    may_sign = fields.Boolean(required=True)
    signed_at = fields.AwareDateTime(required=True, allow_none=True)
    name = fields.String(required=True)
    way = fields.String(required=True)
    stale = fields.Boolean(required=True)
    asks_name = fields.Boolean(required=True)
    known_name = fields.String(required=True)
    optional = fields.Boolean(required=True)


class SignatureSchema(Schema):
    """A signature to the document with this hash, as the signer saw it: drawn, or by a code.

    ``as_named``: who signs is whom the document names as the customer; nobody else needs ``name``.
    """

    signer = fields.String(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    file_key = fields.String(load_default=None, allow_none=True)
    code = fields.String(load_default=None, allow_none=True)
    name = fields.String(load_default="", validate=validate.Length(max=30))
    as_named = fields.Boolean(load_default=False)


class SignCodeSchema(Schema):
    """Asks for a code that signs the document with this hash."""

    signer = fields.String(required=True)
    sha256 = fields.String(required=True)


class DocumentLineSchema(Schema):
    """A form of one of the case's steps, to be filled in or filled in; ``needed`` to leave the step.

    ``unsigned`` names whose signatures a filled one still waits for; ``may_sign`` where one of them may be
    given here, and ``own_unsigned`` names those that wait for whoever asks. ``is_erased``: its time is over,
    and what was written on it is gone.
    """

    task = fields.Integer(required=True)
    step = fields.String(required=True)
    step_name = fields.String(required=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    has_draft = fields.Boolean(required=True)
    may_fill = fields.Boolean(required=True)
    needed = fields.Boolean(required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)
    filled_by = fields.String(required=True)
    filled_at = fields.AwareDateTime(required=True, allow_none=True)
    is_erased = fields.Boolean(required=True)
    unsigned = fields.List(fields.String(), required=True)
    may_sign = fields.Boolean(required=True)
    own_unsigned = fields.List(fields.String(), required=True)


class DisputedSchema(Schema):
    """What the customer objected to the form before this one, and what stood there that is read anew."""

    said = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    values = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class DocumentSchema(Schema):
    """A document with its form. ``revision`` goes back with what is typed; nought where nothing is kept.

    ``awaits_approval``: it is a contract that nobody may sign yet. ``signs_first``: the
    signers without whom a way out of its step stays closed.
    """

    case_no = fields.String(required=True)
    step = fields.String(required=True)
    step_name = fields.String(required=True)
    number = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    revision = fields.Integer(required=True)
    has_draft = fields.Boolean(required=True)
    may_fill = fields.Boolean(required=True)
    awaits_approval = fields.Boolean(required=True)
    signs_first = fields.List(fields.String(), required=True)
    form = Ready(FormBodySchema, required=True)
    values = make_values_field(required=True)
    masked_items = fields.List(fields.String(), required=True)
    limit_day = fields.Date(
        allow_none=True,
        metadata={"description": "To staff who fill it in: the last day of the limit over these works."},
    )
    files = fields.Dict(keys=fields.String(), values=Ready(FileViewSchema), required=True)
    saved_at = fields.AwareDateTime(required=True, allow_none=True)
    filled_by = fields.String(required=True)
    filled_at = fields.AwareDateTime(required=True, allow_none=True)
    sha256 = fields.String()
    signers = fields.List(fields.Nested(SignerSchema))
    disputed = fields.Nested(
        DisputedSchema,
        allow_none=True,
        metadata={"description": "To staff who fill it in, where the customer objected to the one before."},
    )


class DocumentChangeSchema(Schema):
    """What somebody typed: the fields that changed, null for an emptied one.

    ``fills`` hands it in, for the way out ``outcome`` where somebody was on the way there.
    """

    revision = fields.Integer(required=True, strict=True, validate=validate.Range(0, 2**31 - 1))
    values = make_values_field(load_default=dict)
    fills = fields.Boolean(load_default=False)
    outcome = fields.String(load_default="", validate=validate.Length(max=60))


class SavedDocumentSchema(Schema):
    """The revision that the next change has to name."""

    revision = fields.Integer(required=True)


class ToldValueSchema(Schema):
    """What a document says, in words for whoever it asks something of now."""

    label = fields.String(required=True)
    text = fields.String(required=True)


class OwnObjectionSchema(Schema):
    """What the customer found wrong with a document and when they wrote it last."""

    text = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class OwnAnswerSchema(OwnObjectionSchema):
    """What they were told of it, and when; ``said`` is what they had written."""

    said = fields.String(required=True)


class ChangedFactSchema(Schema):
    """What the paper before said and what this one says, in words."""

    label = fields.String(required=True)
    before = fields.String(required=True)
    now = fields.String(required=True)


class RemadeSchema(Schema):
    """What the customer had found wrong with the paper that this one replaced, ``at`` that moment.

    ``answer`` is what they were told besides; ``changes`` are the main facts that are not the same any more.
    """

    said = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    answer = fields.String(required=True, allow_none=True)
    changes = fields.List(fields.Nested(ChangedFactSchema), required=True)


class ObjectionSchema(Schema):
    """What is wrong with the document with this hash, so that it is not signed."""

    command_id = fields.UUID(required=True)
    sha256 = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f]{64}\Z"))
    text = fields.String(required=True, validate=validate.Length(max=LONGEST_TEXT))


class ObjectionAnswerSchema(Schema):
    """What the customer was told, to all that they found wrong up to this objection."""

    command_id = fields.UUID(required=True)
    objection = fields.Integer(required=True)
    text = fields.String(required=True, validate=validate.Length(max=LONGEST_TEXT))


class ObjectionTakenSchema(Schema):
    """Whether what was said sounds like a leak, which cannot wait until somebody reads it."""

    leak_words = fields.Boolean(required=True)


class WordingPartSchema(Schema):
    """A run of a line; ``strong`` is what the company marks, ``blank`` what was filled in."""

    words = fields.String(required=True)
    strong = fields.Boolean(required=True)
    blank = fields.Boolean(required=True)


class WordingLineSchema(Schema):
    """A line of a contract."""

    kind = fields.String(required=True, validate=validate.OneOf(tuple(LineKind)))
    parts = fields.List(fields.Nested(WordingPartSchema), required=True)


class WordingSchema(Schema):
    """All words of a contract; ``sha256`` is of the document that they stand in."""

    sha256 = fields.String(required=True)
    lines = fields.List(fields.Nested(WordingLineSchema), required=True)


class PaperPhotosSchema(Schema):
    """The photos of one field of a paper, such as those of the meter that was read."""

    label = fields.String(required=True)
    files = fields.List(fields.Nested(FileViewSchema), required=True)


class FilledLineSchema(Schema):
    """A filled document that concerns the customer; ``task`` names it as the case's actions do.

    ``asked_at`` is the task of the action that signs it, where one does now; ``told`` is what the customer
    has to know of it for what they are asked to do now, ``facts`` what they sign, while they still can.
    ``objection`` is what they found wrong and is not settled yet, ``objection_answer`` what they were told of
    what they said before; with ``may_object`` they may say so. ``remade`` is what they had said of the paper
    that this one replaced, until they agree or object to this one.
    """

    task = fields.Integer(required=True)
    asked_at = fields.Integer(required=True, allow_none=True)
    name = fields.String(required=True)
    number = fields.String(required=True)
    filled_at = fields.AwareDateTime(required=True)
    sha256 = fields.String(required=True)
    has_wording = fields.Boolean(required=True)
    signers = fields.List(fields.Nested(SignerSchema), required=True)
    told = fields.List(fields.Nested(ToldValueSchema), required=True)
    facts = fields.List(fields.Nested(ToldValueSchema), required=True)
    photos = fields.List(fields.Nested(PaperPhotosSchema), required=True)
    objection = fields.Nested(OwnObjectionSchema, required=True, allow_none=True)
    objection_answer = fields.Nested(OwnAnswerSchema, required=True, allow_none=True)
    may_object = fields.Boolean(required=True)
    remade = fields.Nested(RemadeSchema, required=True, allow_none=True)
