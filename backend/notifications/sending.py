"""One try at one channel, made once whatever happens to the process that makes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from backend.core.outcomes import PlatformRefused, PlatformUnavailable, SendOutcome
from backend.core.topics import NotSent, OutcomeUnknown, PromiseRefused
from backend.notifications.tries import begin_try, forget_try, settle_try


def send_once(
    sessions: sessionmaker[Session],
    promise_id: int,
    channel: str,
    call: Callable[[], SendOutcome],
    now: Callable[[], datetime],
) -> SendOutcome:
    """Make ``call`` unless the promise has tried this channel before, and keep what came of it.

    Of an earlier try only its row can say what became of it: one without an end is unknown. Raises NotSent
    where nothing went out and a later try is safe.
    """
    with sessions.begin() as session:
        known = begin_try(session, promise_id, channel, now())
    if known is not None:
        return SendOutcome(
            "sent" if known == "sent" else "refused" if known == "refused" else "unknown", "earlier"
        )
    try:
        outcome = call()
    except PlatformUnavailable as error:
        with sessions.begin() as session:
            forget_try(session, promise_id, channel)
        raise NotSent(error.platform_code) from error
    except PlatformRefused as error:
        outcome = SendOutcome("refused", error.platform_code)
    with sessions.begin() as session:
        settle_try(session, promise_id, channel, outcome, now())
    return outcome


def report(outcome: SendOutcome) -> None:
    """Tell the relay what became of it: return for ``sent``, raise with the platform's code otherwise."""
    if outcome.state == "refused":
        raise PromiseRefused(outcome.platform_code)
    if outcome.state != "sent":
        raise OutcomeUnknown(outcome.platform_code)
