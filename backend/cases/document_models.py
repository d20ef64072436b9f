"""The table of the forms that are filled in at the steps of a case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.core.database import Base


class CaseDocument(Base):
    """The form of one task. ``draft_sealed`` is what somebody types, beside what was filled in before.

    ``state``: draft (never handed in yet), filled, superseded (filled in anew: at another visit to the
    step, or at a later step with the same form).
    ``content`` holds the values as they were handed in, personal ones sealed; ``sha256`` is over them in
    clear with the nonce, for signatures to be bound to. ``number`` and ``check_token`` are given when it is
    first handed in and stay: what it is called, and where anybody may check a paper of it. A contract has
    the wording it was drawn with (``template_version_id``) and what the case knew for its blanks.
    """

    __tablename__ = "case_document"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    task_no: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str] = mapped_column(Text)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("definition_version.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    revision: Mapped[int] = mapped_column(Integer)
    draft_sealed: Mapped[str | None] = mapped_column(Text)
    saved_by: Mapped[str] = mapped_column(Text)
    saved_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    content: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    nonce_sealed: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    filled_by: Mapped[str | None] = mapped_column(Text)
    filled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    number: Mapped[str | None] = mapped_column(Text)
    check_token: Mapped[str | None] = mapped_column(Text, unique=True)
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("definition_version.id"))
    facts_sealed: Mapped[str | None] = mapped_column(Text)
    # The company's parties whose place is still empty, None where there is none (awaited_signatures.py).
    awaited_parties: Mapped[list[str] | None] = mapped_column(ARRAY(Text))


class NumberSeries(Base):
    """How far the numbers of a series have come; those without a year in them count in the year nought."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class DocumentSignature(Base):
    """One signature of a filled document. ``sha256`` is the document's when it was signed; rows never change.

    ``way``: drawn (on glass, ``file_key``) or sms_code (a code sent to the sealed phone). ``field`` is where
    on the paper it stands, ``actor`` whose sign-in it was given with, ``face_check_id`` a face check before.
    """

    __tablename__ = "document_signature"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("case_document.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    signer: Mapped[str] = mapped_column(Text)
    field: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    way: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str | None] = mapped_column(Text)
    phone_sealed: Mapped[str | None] = mapped_column(Text)
    name_sealed: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    device: Mapped[str] = mapped_column(Text)
    face_check_id: Mapped[str | None] = mapped_column(Text)


class DocumentObjection(Base):
    """What a customer finds wrong with a filled document instead of signing it; rows never change.

    It stands open as long as the document has this ``sha256`` and its ``signer`` has not signed after all.
    """

    __tablename__ = "document_objection"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("case_document.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    signer: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    text_sealed: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(Text)
    # Who had filled the paper in, as ``case_document.filled_by`` has it: they owe the answer.
    written_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class ObjectionAnswer(Base):
    """What the company told whoever objected; rows never change.

    It settles the objections to the document up to ``objection_id``: what is said later stands open again.
    """

    __tablename__ = "objection_answer"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("case_document.id"))
    objection_id: Mapped[int] = mapped_column(ForeignKey("document_objection.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    text_sealed: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
