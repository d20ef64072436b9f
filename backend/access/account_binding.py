"""How a customer takes an account into their client: by its number and one more thing that its people know.

Nothing here tells which numbers there are: a number that does not exist is refused like a proof that does not
fit, its codes are promised like any other's, and both count alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from backend.access.models import BindingTry
from backend.access.sms_codes import CODE_PROMISE, RESEND_AFTER, SmsCodePromise, SmsCodes
from backend.core.account_numbers import is_valid_account_no
from backend.core.errors import AppError, Conflict, Invalid, TooMany
from backend.core.outbox import promise
from backend.customers.bindings import (
    BILL,
    IDENTITY,
    OWN_PHONE,
    SMS_CODE,
    AccountBindings,
    AccountPerson,
    BoundAccount,
    Granted,
)
from backend.customers.models import GasAccount
from backend.customers.service import CustomersService

TOPIC = "send_binding_code"
COUNTED_FOR = timedelta(days=1)
# Failures and codes, for a customer at one number and at all of them, and for a number by whomever.
OWN_AT_ONE, OWN_AT_ALL, ALL_AT_ONE = 5, 10, 30
_CODE = "code"
# Any fixed numbers serve; tries of one customer, and for one number, are counted one after another.
_CUSTOMER_LOCK, _NUMBER_LOCK = 96602_40, 96602_41


@dataclass(frozen=True, slots=True)
class BindingProof:
    """What stands beside the number: a code by text message or the one printed on a bill, or the holder's
    name with the end of their identity number.

    With none, the customer's own verified phone is the proof.
    """

    way: str
    code: str = ""
    name: str = ""
    tail: str = ""


# Whether a code stands on a bill of the account that still proves something; the bills belong to others.
FitsBill = Callable[[Session, GasAccount, str, datetime], bool]


class AccountBinding:
    """Owns the transaction. ``offers_sms`` False: the deployment sends no codes (``sign_in_not_offered``)."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        bindings: AccountBindings,
        customers: CustomersService,
        codes: SmsCodes,
        fits_bill: FitsBill,
        offers_sms: bool,
        now: Callable[[], datetime],
    ) -> None:
        self._fits_bill = fits_bill
        self._sessions = sessions
        self._bindings = bindings
        self._customers = customers
        self._codes = codes
        self._offers_sms = offers_sms
        self._now = now

    def list_bound(self, customer_id: int) -> list[BoundAccount]:
        """Return the accounts that the customer follows."""
        with self._sessions.begin() as session:
            return self._bindings.list_bound(session, customer_id)

    def list_people(self, customer_id: int, account_no: str) -> list[AccountPerson]:
        """Return who follows the account, to its owner alone; others hear nothing of each other."""
        with self._sessions.begin() as session:
            bound, account = self._bindings.find_bound(session, customer_id, account_no)
            return self._bindings.list_people(session, account) if bound.role == "owner" else []

    def request_code(self, customer_id: int, account_no: str) -> SmsCodePromise:
        """Promise a code to the phone on file, should there be one.

        Raises Invalid on ``account_no`` for what is no number, TooMany, or Conflict.
        """
        if not self._offers_sms:
            raise Conflict("sign_in_not_offered")
        plain, now = _read_number(account_no), self._now()
        with self._sessions.begin() as session:
            self._refuse_too_many(session, customer_id, plain, now)
            self._refuse_too_soon(session, customer_id, plain, now)
            row = _note(session, customer_id, plain, _CODE, now)
            # Whether there is such an account is looked up later, so that the answer takes equally long.
            promise(session, "send_binding_code", [{"binding_try_id": row.id}], now)
        return CODE_PROMISE

    def send_code(self, payload: Mapping[str, int]) -> None:
        """Keep the promise of TOPIC: make the code and promise its message. Twice does no more than once."""
        with self._sessions.begin() as session:
            row = session.get(BindingTry, payload["binding_try_id"])
            account = self._bindings.find_open(session, row.account_no) if row is not None else None
            phone = self._bindings.find_phone(account) if account is not None else None
            if row is None or phone is None:
                return
            try:
                self._codes.issue(session, phone, _purpose(row.customer_id, row.account_no), self._now())
            except TooMany:
                # A code for it is on its way already, and nobody may hear whose phone this is.
                return

    def bind(self, customer_id: int, account_no: str, proof: BindingProof) -> BoundAccount:
        """Bind the account; raises Invalid (``binding_refused``) for whatever does not fit, or TooMany."""
        plain, now = _read_number(account_no), self._now()
        with self._sessions.begin() as session:
            self._refuse_too_many(session, customer_id, plain, now)
            row = _note(session, customer_id, plain, proof.way, now)
            account = self._bindings.find_open(session, plain)
            if account is not None and self._is_proved(session, customer_id, account, proof, now):
                row.proved = True
                return self._bindings.bind(session, customer_id, account, proof.way, now)
        # The try is kept, so this comes after the commit.
        raise _refusal(proof.way)

    def unbind(self, customer_id: int, account_no: str) -> None:
        """Take the account out of the customer's client; raises NotFound."""
        with self._sessions.begin() as session:
            self._bindings.unbind(session, customer_id, account_no, self._now())

    def grant(self, owner_id: int, account_no: str, told: Granted) -> None:
        """Let somebody follow the owner's account; raises what AccountBindings.grant raises."""
        with self._sessions.begin() as session:
            self._bindings.grant(session, owner_id, account_no, told, self._now())

    def revoke(self, owner_id: int, account_no: str, role_id: int) -> None:
        """End somebody's role at the owner's account; raises what AccountBindings.revoke raises."""
        with self._sessions.begin() as session:
            self._bindings.revoke(session, owner_id, account_no, role_id, self._now())

    def _is_proved(
        self, session: Session, customer_id: int, account: GasAccount, proof: BindingProof, now: datetime
    ) -> bool:
        if proof.way == IDENTITY:
            return self._bindings.fits_identity(session, account, proof.name, proof.tail)
        if proof.way == BILL:
            return self._fits_bill(session, account, proof.code, now)
        phone = self._bindings.find_phone(account)
        if phone is None:
            return False
        if proof.way == OWN_PHONE:
            return self._customers.find_phone(session, customer_id) == phone
        purpose = _purpose(customer_id, account.account_no)
        return self._codes.find_fault(session, phone, purpose, proof.code, now) is None

    @staticmethod
    def _refuse_too_many(session: Session, customer_id: int, account_no: str, now: datetime) -> None:
        # Tries at once must count each other. Always in this order, so that two cannot wait for each other.
        # The random digits of a number are few enough for a lock's key.
        for lock, key in ((_CUSTOMER_LOCK, customer_id % 2**31), (_NUMBER_LOCK, int(account_no[3:11]))):
            session.execute(select(func.pg_advisory_xact_lock(lock, key)))
        session.execute(delete(BindingTry).where(BindingTry.tried_at <= now - COUNTED_FOR))
        own, at_one = BindingTry.customer_id == customer_id, BindingTry.account_no == account_no
        for condition, most in ((own & at_one, OWN_AT_ONE), (own, OWN_AT_ALL), (at_one, ALL_AT_ONE)):
            if _count(session, condition) >= most:
                raise TooMany("binding_too_often")

    @staticmethod
    def _refuse_too_soon(session: Session, customer_id: int, account_no: str, now: datetime) -> None:
        own = (BindingTry.customer_id == customer_id) & (BindingTry.account_no == account_no)
        latest = select(func.max(BindingTry.tried_at)).where(own, BindingTry.way == _CODE)
        last_at = session.scalars(latest).one()
        if last_at is not None and now < last_at + RESEND_AFTER:
            wait = -((now - last_at - RESEND_AFTER) // timedelta(seconds=1))
            raise TooMany("sms_code_too_often", extra={"retry_after_seconds": wait})


def _read_number(typed: str) -> str:
    plain = "".join(typed.split())
    if not is_valid_account_no(plain):
        raise Invalid(fields={"account_no": "account_no_wrong"})
    return plain


def _purpose(customer_id: int, account_no: str) -> str:
    # A code serves the customer who asked for it, and at this account alone.
    return f"bind_account:{customer_id}:{account_no}"


def _note(session: Session, customer_id: int, account_no: str, way: str, now: datetime) -> BindingTry:
    row = BindingTry(customer_id=customer_id, account_no=account_no, way=way, tried_at=now)
    session.add(row)
    session.flush()
    return row


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(BindingTry).where(condition, ~BindingTry.proved)
    return session.scalars(counted).one()


def _refusal(way: str) -> AppError:
    if way == SMS_CODE:
        return Invalid("binding_code_refused", fields={"code": "sms_code_wrong"})
    return Invalid("binding_refused")
