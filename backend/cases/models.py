"""Tables of the cases. The history (``case_event``) is append-only by database privilege."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class ServiceCase(Base):
    """One case. ``data`` holds plain values for conditions; personal values never stand in it."""

    __tablename__ = "service_case"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_no: Mapped[str] = mapped_column(Text, unique=True)
    public_token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    process_key: Mapped[str] = mapped_column(Text)
    definition_version_id: Mapped[int] = mapped_column(ForeignKey("definition_version.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    unit_code: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[int | None] = mapped_column(BigInteger)
    # What the customer was classified as when the case started; None for an ordinary one.
    customer_class: Mapped[str | None] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    form: Mapped[dict[str, Any]] = mapped_column(JSONB)
    owed_documents: Mapped[list[str]] = mapped_column(ARRAY(Text))
    service_key: Mapped[str | None] = mapped_column(Text)
    form_version_id: Mapped[int | None] = mapped_column(ForeignKey("definition_version.id"))
    contact_name_sealed: Mapped[str | None] = mapped_column(Text)
    contact_name_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    contact_phone_sealed: Mapped[str | None] = mapped_column(Text)
    contact_phone_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    region: Mapped[str | None] = mapped_column(Text)
    street: Mapped[str | None] = mapped_column(Text)
    community: Mapped[str | None] = mapped_column(Text)
    building: Mapped[str | None] = mapped_column(Text)
    address_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    place_lat: Mapped[float | None] = mapped_column(Double)
    place_lng: Mapped[float | None] = mapped_column(Double)
    place_source: Mapped[str | None] = mapped_column(Text)
    handler_id: Mapped[int | None] = mapped_column(BigInteger)
    returned_times: Mapped[int] = mapped_column(Integer, server_default="0")
    # How often and when last the customer urged it (催办).
    urged_times: Mapped[int] = mapped_column(Integer, server_default="0")
    urged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    parent_case_id: Mapped[int | None] = mapped_column(ForeignKey("service_case.id"))
    parent_task_no: Mapped[int | None] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Until when what is personal is kept, once the case has ended; papers that were signed have their own.
    retain_until: Mapped[date | None] = mapped_column(Date)
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    papers_retain_until: Mapped[date | None] = mapped_column(Date)
    papers_erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # By which settings both days were counted, so that others count them anew.
    kept_by: Mapped[str] = mapped_column(Text, server_default="")


class CaseTask(Base):
    """One opened step of a case; several may be open at once (design, decision 2)."""

    __tablename__ = "case_task"

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    step: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(Text)
    post_kind: Mapped[str] = mapped_column(Text)
    post_key: Mapped[str] = mapped_column(Text)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    child_process: Mapped[str | None] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # Kept by the deadline keeper: tasks that share a limit share its number.
    limit_no: Mapped[int | None] = mapped_column(Integer)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    warn_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    warned_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    breached_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    calendar_version: Mapped[int | None] = mapped_column(Integer)
    due_is_guess: Mapped[bool] = mapped_column(Boolean, server_default="false")
    # The staff's queue that the process names for this step, the case's service, and whose own task it is.
    queue: Mapped[str | None] = mapped_column(Text)
    service_key: Mapped[str | None] = mapped_column(Text)
    handler_id: Mapped[int | None] = mapped_column(BigInteger)
    # A classified customer's, which stands before others in the queues.
    # A classified customer's, or a grave complaint: it stands in its queue before what is ordinary.
    is_vip: Mapped[bool] = mapped_column(Boolean, server_default="false")
    # The customer urged the case while this was open, so it stands first on its handler's list.
    urged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CaseCorrection(Base):
    """One item that the customer must mend (law 4)."""

    __tablename__ = "case_correction"

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    no: Mapped[int] = mapped_column(Integer, primary_key=True)
    item: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    resolved_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # What stood there before it was mended, sealed as in the form; reviewers see the difference.
    previous_value: Mapped[Any | None] = mapped_column(JSONB)


class CaseEvent(Base):
    """One fact of a case. ``recorded_at`` decides the month's partition."""

    __tablename__ = "case_event"

    case_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    kind: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    command_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)


class CommandLog(Base):
    """A command once carried out: the same id and body get the same answer (design, decision 3)."""

    __tablename__ = "command_log"

    actor: Mapped[str] = mapped_column(Text, primary_key=True)
    command_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    request_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    answer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ApplicationDraft(Base):
    """What a customer has typed so far for one service; sealed as a whole."""

    __tablename__ = "application_draft"

    customer_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    service_key: Mapped[str] = mapped_column(Text, primary_key=True)
    form_version: Mapped[int] = mapped_column(Integer)
    values_sealed: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CaseRating(Base):
    """The customer's judgement: stars, ready-made tags and own words; the application may only add one.

    ``staff_id`` and ``device`` are there where it was given at the counter: who asked for it, and on what.
    """

    __tablename__ = "case_rating"

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    stars: Mapped[int] = mapped_column(SmallInteger)
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    words_sealed: Mapped[str | None] = mapped_column(Text)
    rated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    channel: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    device: Mapped[str | None] = mapped_column(Text)


class CaseReview(Base):
    """A reviewer's mark on one field or document, kept until the application is returned or passed."""

    __tablename__ = "case_review"

    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    item: Mapped[str] = mapped_column(Text, primary_key=True)
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    marked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CaseNote(Base):
    """What staff write down for each other; sealed, since people write names and phones into it."""

    __tablename__ = "case_note"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text_sealed: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CaseCoHandler(Base):
    """A colleague who handles a case together with its handler, until they are let go."""

    __tablename__ = "case_co_handler"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    added_by: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    removed_by: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    removal_reason: Mapped[str] = mapped_column(Text, server_default="")


class CaseMessage(Base):
    """What staff wrote to the customer; sealed like a note."""

    __tablename__ = "case_message"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text_sealed: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ReturnReason(Base):
    """A ready-made reason of one kind; for a return with no ``field_types`` it fits any item."""

    __tablename__ = "return_reason"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    field_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    position: Mapped[int] = mapped_column(Integer)
    is_active: Mapped[bool] = mapped_column(Boolean)
