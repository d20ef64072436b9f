"""A customer has their account erased (注销账号), as the law on personal information gives everybody.

Who they are, how they sign in, what they follow and what they began goes at once. What was done for them
stays with its case for as long as records are kept, and what a contract rests on goes when it has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from backend.access.customer_sessions import end_all_sessions
from backend.access.models import Consent
from backend.access.sms_codes import CODE_PROMISE, SmsCodePromise, SmsCodes
from backend.cases.models import ApplicationDraft, ServiceCase
from backend.core.errors import Conflict, Invalid
from backend.core.masking import mask_phone
from backend.customers.accounts import CLOSED
from backend.customers.models import AccountRole, Customer, CustomerIdentity, GasAccount
from backend.customers.service import CustomersService

# Each forgets what else is kept of an owner: of accounts that ended with them, and of those they once had.
ForgetAccounts = Callable[[Session, Sequence[int], Sequence[int], datetime], None]


@dataclass(frozen=True, slots=True)
class ErasureView:
    """What stands against it: open cases, and numbers of accounts that the customer owns.

    ``phone_masked`` is where the code goes; None where no phone is known and none is asked for.
    """

    open_cases: int
    owned_accounts: Sequence[str]
    phone_masked: str | None


class CustomerErasure:
    """Owns the transaction. Without ``offers_sms`` the deployment sends no codes, and none is asked for."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        customers: CustomersService,
        codes: SmsCodes,
        offers_sms: bool,
        forget_accounts: Sequence[ForgetAccounts],
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._customers = customers
        self._codes = codes
        self._offers_sms = offers_sms
        self._forget_accounts = forget_accounts
        self._now = now

    def tell(self, customer_id: int) -> ErasureView:
        """Tell what stands against it, and where the code goes."""
        with self._sessions.begin() as session:
            return self._look(session, customer_id)[0]

    def request_code(self, customer_id: int) -> SmsCodePromise:
        """Promise a code to the customer's own phone; raises Conflict, TooMany."""
        with self._sessions.begin() as session:
            view, phone = self._look(session, customer_id)
            _refuse(view)
            if phone is None:
                raise Conflict("sign_in_not_offered")
            self._codes.issue(session, phone, _purpose(customer_id), self._now())
        return CODE_PROMISE

    def erase(self, customer_id: int, code: str) -> None:
        """Erase the customer's account, for good.

        Raises Conflict ``erasure_case_open`` and ``erasure_account_open``, Invalid on ``code``.
        """
        now = self._now()
        with self._sessions.begin() as session:
            # What begins at this moment for this customer waits, and finds the session ended.
            customer = session.get_one(Customer, customer_id, with_for_update=True)
            view, phone = self._look(session, customer_id)
            _refuse(view)
            fault = None
            if phone is not None:
                fault = self._codes.find_fault(session, phone, _purpose(customer_id), code, now)
            if fault is None:
                # Whoever was merged into this one left their own name and number behind.
                merged = select(Customer).where(Customer.merged_into_id == customer_id).with_for_update()
                gone = [customer, *session.scalars(merged)]
                for one in gone:
                    _forget(session, one, now)
                self._forget_owner(session, [one.id for one in gone], now)
        if fault is not None:
            # The try counts, so this comes after the commit.
            raise Invalid(fields={"code": fault})

    def _forget_owner(self, session: Session, customer_ids: Sequence[int], now: datetime) -> None:
        """Empty who had an account that has ended, where nobody else had it after them."""
        owned = (AccountRole.role == "owner") & AccountRole.customer_id.in_(customer_ids)
        ever = set(session.scalars(select(AccountRole.gas_account_id).where(owned)))
        last = (
            select(AccountRole.gas_account_id, AccountRole.customer_id)
            .where(AccountRole.role == "owner", AccountRole.gas_account_id.in_(ever))
            .distinct(AccountRole.gas_account_id)
            .order_by(AccountRole.gas_account_id, AccountRole.id.desc())
        )
        theirs = [account_id for account_id, owner in session.execute(last) if owner in customer_ids]
        closed = GasAccount.id.in_(theirs) & (GasAccount.status == CLOSED)
        ended = session.scalars(select(GasAccount.id).where(closed).with_for_update()).all()
        nobody = {"holder_sealed": None, "contact_sealed": None, "phone_sealed": None, "phone_index": None}
        session.execute(update(GasAccount).where(GasAccount.id.in_(ended)).values(nobody))
        for forget in self._forget_accounts:
            forget(session, ended, sorted(ever - set(ended)), now)

    def _look(self, session: Session, customer_id: int) -> tuple[ErasureView, str | None]:
        is_open = (ServiceCase.customer_id == customer_id) & (ServiceCase.status == "open")
        counted = select(func.count()).where(is_open, ServiceCase.parent_case_id.is_(None))
        # Also those that the owner took out of their client.
        held = (AccountRole.customer_id == customer_id) & AccountRole.revoked_at.is_(None)
        standing = held & (AccountRole.role == "owner") & (GasAccount.status != CLOSED)
        numbers = select(GasAccount.account_no).join(AccountRole).where(standing)
        owned = session.scalars(numbers.order_by(GasAccount.account_no)).all()
        phone = self._customers.find_phone(session, customer_id) if self._offers_sms else None
        told = None if phone is None else mask_phone(phone)
        return ErasureView(session.execute(counted).scalar_one(), owned, told), phone


def _refuse(view: ErasureView) -> None:
    if view.open_cases:
        raise Conflict("erasure_case_open")
    if view.owned_accounts:
        raise Conflict("erasure_account_open")


def _purpose(customer_id: int) -> str:
    return f"erase_customer:{customer_id}"


def _forget(session: Session, customer: Customer, now: datetime) -> None:
    customer.name_sealed = customer.name_index = None
    customer.phone_sealed = customer.phone_index = None
    customer.phone_verified_at = customer.phone_told_at = None
    customer.id_number_sealed = customer.id_number_index = None
    customer.credit_code = None
    customer.erased_at = now
    session.flush()
    session.execute(delete(CustomerIdentity).where(CustomerIdentity.customer_id == customer.id))
    session.execute(delete(ApplicationDraft).where(ApplicationDraft.customer_id == customer.id))
    following = (AccountRole.customer_id == customer.id) & AccountRole.revoked_at.is_(None)
    session.execute(update(AccountRole).where(following).values(revoked_at=now, called_sealed=None))
    standing = (Consent.customer_id == customer.id) & Consent.withdrawn_at.is_(None)
    session.execute(update(Consent).where(standing).values(withdrawn_at=now))
    end_all_sessions(session, customer.id, "erased", now)
