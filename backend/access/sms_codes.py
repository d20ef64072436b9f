"""Codes by text message: six digits, five minutes, five tries, and not too many of them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.models import SmsCode
from backend.access.ports import SmsPort
from backend.core.encryption import KeyRing
from backend.core.errors import TooMany
from backend.core.masking import mask_phone
from backend.core.outbox import promise

TOPIC = "send_sms_code"
GOOD_FOR = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
COUNTED_FOR = timedelta(hours=1)
PER_PHONE = 5
TRIES = 5
# Longer than any count above looks back; nothing needs a phone of somebody who only tried.
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SmsCodePromise:
    """How long to wait before asking for another code, and how long this one is good, in seconds."""

    resend_after_seconds: int
    expires_in_seconds: int


# What whoever asked for a code is told.
CODE_PROMISE = SmsCodePromise(int(RESEND_AFTER.total_seconds()), int(GOOD_FOR.total_seconds()))


class SmsCodes:
    """Makes and checks codes inside the caller's transaction. ``secret_key`` keys their hashes."""

    def __init__(self, keys: KeyRing, secret_key: str) -> None:
        self._keys = keys
        self._secret_key = secret_key.encode()

    def issue(self, session: Session, phone: str, purpose: str, now: datetime) -> None:
        """Make a code for ``phone`` (11 digits) and promise its message; only the newest one counts.

        Nothing here looks at whether the phone belongs to a customer, so the answer cannot tell.
        Raises TooMany (``sms_code_too_often``) with ``retry_after_seconds`` in ``extra``.
        """
        index = self._keys.blind_index(phone, "phone")
        # Two requests at once for one phone must count each other.
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(index[:8], signed=True))))
        self._refuse_too_often(session, index, now)
        session.execute(delete(SmsCode).where(SmsCode.created_at < now - KEPT_FOR))
        code = f"{secrets.randbelow(1_000_000):06d}"
        row = SmsCode(
            purpose=purpose,
            phone_sealed=self._keys.encrypt(phone, _PHONE_CONTEXT),
            phone_index=index,
            code_hash=self._hash(purpose, index, code),
            code_sealed=self._keys.encrypt(code, _CODE_CONTEXT),
            created_at=now,
            expires_at=now + GOOD_FOR,
            tries=0,
        )
        session.add(row)
        session.flush()
        promise(session, "send_sms_code", [{"sms_code_id": row.id}], now)

    def find_fault(self, session: Session, phone: str, purpose: str, code: str, now: datetime) -> str | None:
        """Use up the newest code of ``phone`` and return None, or return the error's code.

        The caller must commit in either case: a wrong try counts.
        """
        index = self._keys.blind_index(phone, "phone")
        row = session.execute(
            select(SmsCode)
            .where(SmsCode.phone_index == index, SmsCode.purpose == purpose)
            .order_by(SmsCode.created_at.desc(), SmsCode.id.desc())
            .limit(1)
            .with_for_update()
        ).scalar_one_or_none()
        if row is None or row.used_at is not None:
            return "sms_code_wrong"
        if now >= row.expires_at or row.tries >= TRIES:
            return "sms_code_expired"
        row.tries += 1
        if not hmac.compare_digest(row.code_hash, self._hash(purpose, index, code)):
            return "sms_code_wrong"
        row.used_at = now
        return None

    def _refuse_too_often(self, session: Session, index: bytes, now: datetime) -> None:
        sent = session.scalars(
            select(SmsCode.created_at)
            .where(SmsCode.phone_index == index, SmsCode.created_at > now - COUNTED_FOR)
            .order_by(SmsCode.created_at.desc())
        ).all()
        again_at = sent[0] + RESEND_AFTER if sent else now
        if len(sent) >= PER_PHONE:
            again_at = max(again_at, sent[PER_PHONE - 1] + COUNTED_FOR)
        if now < again_at:
            wait = -((now - again_at) // timedelta(seconds=1))
            raise TooMany("sms_code_too_often", extra={"retry_after_seconds": wait})

    def _hash(self, purpose: str, index: bytes, code: str) -> bytes:
        # A million codes are tried in a second, so the hash needs a key that the database does not hold.
        return hmac.digest(
            self._secret_key, f"sms-code\0{purpose}\0{index.hex()}\0{code}".encode(), hashlib.sha256
        )


class SmsCodeSender:
    """Keeps the promise of TOPIC. ``template_id`` is the approved template for the code and its minutes."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        keys: KeyRing,
        sms: SmsPort,
        template_id: str,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._sms = sms
        self._template_id = template_id
        self._now = now

    def handle(self, payload: Mapping[str, int]) -> str:
        """Send the code of ``sms_code_id`` and return the outbox's state: sent, refused or unknown.

        A code that is gone or expired is refused without sending: the customer has asked for another, or
        can. The sealed code is wiped before the platform is called, so that a repeat of this job cannot send
        twice; what became of the first try is then unknown.
        """
        with self._sessions.begin() as session:
            row = session.execute(
                select(SmsCode).where(SmsCode.id == payload["sms_code_id"]).with_for_update()
            ).scalar_one_or_none()
            if row is None or self._now() >= row.expires_at:
                return "refused"
            if row.code_sealed is None:
                return "unknown"
            phone = self._keys.decrypt(row.phone_sealed, _PHONE_CONTEXT)
            code = self._keys.decrypt(row.code_sealed, _CODE_CONTEXT)
            row.code_sealed = None
        return self._sms.send(phone, self._template_id, [code, str(GOOD_FOR // timedelta(minutes=1))]).state

    def tell_recipient(self, session: Session, payload: Mapping[str, int]) -> str | None:
        """Return the masked phone to which the code of ``sms_code_id`` goes, or None once it is gone."""
        sealed = session.scalars(select(SmsCode.phone_sealed).where(SmsCode.id == payload["sms_code_id"]))
        phone = sealed.one_or_none()
        return None if phone is None else mask_phone(self._keys.decrypt(phone, _PHONE_CONTEXT))


# Bound to the column; the row's id is not known before it is written.
_PHONE_CONTEXT = "sms_code.phone"
_CODE_CONTEXT = "sms_code.code"
