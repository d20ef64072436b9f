"""Does the name belong to the ID number? Asked of a provider before an application is taken in.

The answer tells the customer of a slip while it can be mended, and staff what the register says. It proves
nobody, and it stops nobody for good: whoever says that nothing is mistyped hands in all the same, and where
nobody could compare, staff look at the card as they always did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row
from sqlalchemy.orm import Session, sessionmaker

from backend.cases import name_check_rows as rows
from backend.cases.identity_wanted import acts_for_another
from backend.catalogue.forms import Form, Values
from backend.core.encryption import KeyRing
from backend.core.errors import Conflict
from backend.core.outcomes import PlatformRefused, PlatformUnavailable
from backend.identity.names import NameChecks
from backend.identity.port import Person

# Each question costs money, and a person has one name.
QUESTIONS_A_DAY = 5
ID_NUMBER = "id_number"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Applied:
    """Whom an application names."""

    name: str
    id_number: str


def read_applied(form: Form, values: Values) -> Applied | None:
    """Return whose name and number the values have; None where they lack one, or belong to two people."""
    field = form.first_of(personal="name")
    name, number = values.get(field.key) if field else None, values.get(ID_NUMBER)
    if not isinstance(name, str) or not isinstance(number, str) or not name.strip() or not number:
        return None
    return None if acts_for_another(values) else Applied(name.strip(), number)


class NameComparing:
    """``names`` is None where no provider is set up: then nothing is asked, and nothing is said."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        keys: KeyRing,
        names: NameChecks | None,
        now: Callable[[], datetime],
    ) -> None:
        self._sessions = sessions
        self._keys = keys
        self._names = names
        self._now = now

    @property
    def is_set_up(self) -> bool:
        """Tell whether anybody can be asked."""
        return self._names is not None

    def refuse_mistyped(self, customer_id: int, applied: Applied) -> None:
        """Raise Conflict ``name_mismatch`` or ``id_number_unknown`` where the register says so.

        The same pair is asked once, whoever types it; at most QUESTIONS_A_DAY pairs of a customer are.
        """
        state = self._compare(customer_id, applied)
        if state == "mismatch":
            raise Conflict("name_mismatch")
        if state == "no_such_number":
            raise Conflict("id_number_unknown")

    def ask(self, customer_id: int, applied: Applied) -> None:
        """Have the register asked for staff, who see the answer as ``tell`` gives it; refuses nobody."""
        self._compare(customer_id, applied)

    def may_ask(self, customer_id: int | None, name: str, id_number: str | None, known: Any) -> bool:  # noqa: ANN401 - what ``tell`` gave
        """Tell whether another question may bring an answer."""
        is_answered = known is not None and known["state"] in rows.ANSWERED
        return bool(self.is_set_up and customer_id and name.strip() and id_number and not is_answered)

    def tell(self, session: Session, customer_id: int | None, name: str, id_number: str | None) -> Any:  # noqa: ANN401 - a row's JSON
        """Return ``{state, at, request_id}`` of what is known of a pair, or None."""
        if not name.strip() or not id_number:
            return None
        key = rows.make_person_key(self._keys, name, id_number)
        found = rows.find_answer(session, key, customer_id)
        if found is None or found.state == "asking":
            return None
        return {"state": found.state, "at": found.asked_at, "request_id": found.request_id}

    def _compare(self, customer_id: int, applied: Applied) -> str | None:
        names, now = self._names, self._now()
        if names is None:
            return None
        key = rows.make_person_key(self._keys, applied.name, applied.id_number)
        with self._sessions.begin() as session:
            known = rows.find_answer(session, key, customer_id)
            if known is not None and known.state in rows.ANSWERED and known.customer_id == customer_id:
                return str(known.state)
            over = rows.count_questions(session, customer_id, now - timedelta(days=1)) >= QUESTIONS_A_DAY
            if not rows.take_turn(session, customer_id, key, names.key, now):
                return None
            if known is not None and known.state in rows.ANSWERED:
                return self._copy(session, customer_id, key, known)
            if over:
                rows.settle(session, customer_id, key, "limited")
                return None
        return self._ask(names, customer_id, key, applied)

    @staticmethod
    def _copy(session: Session, customer_id: int, key: str, known: Row[Any]) -> str:
        answer = {name: getattr(known, name) for name in ("provider", "code", "request_id", "asked_at")}
        rows.settle(session, customer_id, key, known.state, **answer)
        return str(known.state)

    def _ask(self, names: NameChecks, customer_id: int, key: str, applied: Applied) -> str | None:
        try:
            answer = names.compare(Person(applied.name, applied.id_number))
        except (PlatformUnavailable, PlatformRefused) as error:
            _log.error("name_not_compared", code=error.platform_code)
            with self._sessions.begin() as session:
                rows.settle(session, customer_id, key, "unavailable", code=error.platform_code)
            return None
        with self._sessions.begin() as session:
            rows.settle(
                session, customer_id, key, answer.verdict.value, code=answer.code,
                request_id=answer.request_id,
            )  # fmt: skip
        return answer.verdict.value
