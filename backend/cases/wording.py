"""What customers read about a case: what happens next, by when, and what they can do. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from backend.cases.commands import AvailableAction
from backend.cases.foretelling import StepState
from backend.cases.ports import Due
from backend.cases.progress import BookedHour, ProgressStep
from backend.cases.snapshot import CaseStatus
from backend.catalogue.definition import Outcome, Step
from backend.core.local_time import format_day, format_moment, format_span, local_date

# Looked up on its class, a member of an enumeration costs Python 3.11 as much as a call.
_NOW = StepState.NOW
_ENDED = {
    CaseStatus.COMPLETED: "已办结",
    CaseStatus.REFUSED: "没有通过，原因见下方说明",
    CaseStatus.WITHDRAWN: "您已撤回这件申请",
    CaseStatus.CANCELLED: "已终止办理，原因见下方说明",
}
# What the step says at which a case has ended early, in the place of what would have come next there.
_STOPPED = {
    CaseStatus.REFUSED: "申请没有通过",
    CaseStatus.WITHDRAWN: "您撤回了申请",
    CaseStatus.CANCELLED: "办理已终止",
}
# What an outcome asks of the customer → what the button to it says.
_BY_GUARD = {
    "appointment_booked": "去预约",
    "rating_given": "去评价",
    "signature_present": "去签字",
    "sum_set": "去缴费",
}
SUPPLY, SIGN = "去补交资料", "去签字"
# What a case says whose next step is to take the customer's money at the counter.
WAITS_FOR_MONEY = "等您缴费"
# What the customer objects to is answered before anybody asks for the signature.
DISPUTED = "您说的正在核对，先不用签"
# The same for a sum that comes of it.
SUM_DISPUTED = "您说的正在核对，先不用缴费"
# Where the booked hour was given up before somebody came, or nobody was at home then.
_CHOOSE_AGAIN = "请另选一个上门时间，选好了师傅再来"


def write_due(due_at: datetime, now: datetime) -> str:
    """Return ``预计 11月26日 周四 17:00 前``; nobody expects what is over."""
    return f"{'原定' if due_at < now else '预计'} {format_moment(due_at)} 前"


def _write_end(due_at: datetime, what: str, now: datetime) -> str:
    """Return ``预计 12月10日 周四 竣工``, as the slip has it."""
    return f"{'原定' if due_at < now else '预计'} {format_day(local_date(due_at))} {what}"


def write_own_due(due_at: datetime, now: datetime) -> str:
    """Return until when the customer is to act: nobody but they can be late, and nobody is urged."""
    return "请尽快办" if due_at < now else f"请在 {format_moment(due_at)} 前办"


def write_step_due(step: ProgressStep, now: datetime) -> str | None:
    """Return by when the step is done, or the booked hour where somebody is to come at one."""
    if step.hour is not None:
        return f"约好 {format_span(step.hour.start_at, step.hour.end_at)} {step.hour.purpose}"
    if step.due_at is None:
        return None
    if step.ends_with:
        return _write_end(step.due_at, step.ends_with, now)
    if not step.is_own:
        # A limit over all that follows is told as such: two steps with one date read as if one were late.
        spans = step.is_due_shared and not step.in_child
        return f"{write_due(step.due_at, now)}{'全部办完' if spans else ''}"
    own = write_own_due(step.due_at, now)
    return own if step.due_at >= now else f"{write_due(step.due_at, now)}，{own}"


def write_step_text(step: ProgressStep) -> str:
    """Return what the step says; nobody is promised to look at once while the office is closed."""
    if step.opens_at is None:
        return step.text
    return step.text_when_closed.replace("{opens}", format_moment(step.opens_at))


def tell_end(progress: tuple[ProgressStep, ...], status: CaseStatus) -> tuple[ProgressStep, ...]:
    """Return the progress whose stopped steps say how the case has ended, and promise nothing any more."""
    if status not in _STOPPED:
        return progress
    return tuple(
        one._replace(text=_STOPPED[status], text_when_closed="")
        if one.state is StepState.STOPPED and not one.says_why
        else one
        for one in progress
    )


def tell_opening(
    progress: tuple[ProgressStep, ...], find_opening: Callable[[], datetime | None]
) -> tuple[ProgressStep, ...]:
    """Return the progress with the office's next opening, where the present step tells it.

    ``find_opening`` returns None while the office is open, and is asked only where the answer is told.
    """
    current = find_current(progress)
    if current is None or not current.text_when_closed:
        return progress
    return _swap(progress, current, current._replace(opens_at=find_opening()))


def tell_hour(progress: tuple[ProgressStep, ...], hour: BookedHour | None) -> tuple[ProgressStep, ...]:
    """Return the progress with the booked hour in the place of the present step's time limit.

    What staff have to do by when before the visit would only read as another hour to wait for.
    """
    current = None if hour is None else find_current(progress)
    if hour is None or current is None:
        return progress
    return _swap(progress, current, current._replace(due_at=hour.end_at, hour=hour))


def tell_missing_hour(progress: tuple[ProgressStep, ...]) -> tuple[ProgressStep, ...]:
    """Return the progress whose present step waits for another hour, which the customer is to choose.

    Why somebody comes once more stands before it, where the step before says so.
    """
    current = find_current(progress)
    if current is None:
        return progress
    before = progress[progress.index(current) - 1] if progress[0] is not current else current
    why = f"{before.text}。" if before.says_why else ""
    return _swap(progress, current, current._replace(text=why + _CHOOSE_AGAIN, due_at=None))


def tell_disputed(progress: tuple[ProgressStep, ...], disputed: Collection[int]) -> tuple[ProgressStep, ...]:
    """Return the progress whose present step waits for staff to answer what the customer says of its slip.

    ``disputed`` are the tasks that do, of which most cases have none.
    """
    current = find_current(progress) if disputed else None
    if current is None or not current.is_own:
        return progress
    return _swap(progress, current, current._replace(text=DISPUTED, text_when_closed="", due_at=None))


def tell_sum_disputed(progress: tuple[ProgressStep, ...], due: Due | None) -> tuple[ProgressStep, ...]:
    """Return the progress whose present step asks for no money while staff look at what the customer says."""
    current = find_current(progress) if due is not None and due.is_disputed else None
    if current is None:
        return progress
    return _swap(progress, current, current._replace(text=SUM_DISPUTED, text_when_closed="", due_at=None))


def _swap(
    progress: tuple[ProgressStep, ...], before: ProgressStep, after: ProgressStep
) -> tuple[ProgressStep, ...]:
    return tuple(after if one is before else one for one in progress)


def write_headline(
    status: CaseStatus,
    progress: Sequence[ProgressStep],
    owes_documents: bool,
    now: datetime,
    *,
    has_papers: bool = False,
    has_disputed: bool = False,
) -> str:
    """Return one sentence: what happens next, and by when where that is known.

    ``has_papers``: some are there that wait for the customer's signature; ``has_disputed``: some of which
    staff are to answer first what the customer says of them.
    """
    if status.is_final:
        return _ENDED[status]
    current = find_current(progress)
    if current is None:
        return "正在办理"
    present = _write_present(current, now)
    own_due = current.due_at if current.is_own and current.hour is None else None
    own = "" if own_due is None else f"，{write_own_due(own_due, now)}"
    if has_papers:
        # The customer's own last day stands there whatever else there is to do.
        also = "签字，还有资料要补交" if owes_documents else "签字"
        return f"{present}{own}；有单据要您{also}"
    if has_disputed:
        return f"{present}{own}；单据上{DISPUTED}"
    if owes_documents:
        return f"{present}；还有资料要您补交"
    if own or current.due_at is None:
        return f"{present}{own}"
    if current.due_at < now:
        return f"{present}，比{'约好' if current.hour else '预计'}的晚了，我们正在催办"
    # Two moments in one sentence would only be mistaken for each other.
    if current.hour or current.opens_at:
        return present
    if current.ends_with:
        return f"{present}，{_write_end(current.due_at, current.ends_with, now)}"
    # A step's own moment must not read as that of the whole, nor the days of the whole as those of one step.
    due = write_due(current.due_at, now)
    if current.is_due_shared and not current.in_child:
        return f"{present}，{due}全部办完"
    # Of works a limit over several steps is not the end, after which the gas is still to be let on.
    return f"{present}，{'这几步' if current.is_due_shared else '这一步'}{due}办好"


def _write_present(current: ProgressStep, now: datetime) -> str:
    if current.hour is None:
        return write_step_text(current)
    booked = write_step_due(current, now)
    return f"{current.text}，{booked}" if current.hour.is_under_way else f"已{booked}"


def find_current(progress: Sequence[ProgressStep]) -> ProgressStep | None:
    """Return the step at which the case stands, the latest where there are several, or None.

    What goes on beside the case is told of once the case waits for nothing else.
    """
    present = [one for one in reversed(progress) if one.state is _NOW]
    return next((one for one in present if not one.yields), present[0] if present else None)


def name_action(step: Step, outcome: Outcome, action: AvailableAction) -> str:
    """Return what the button says that leads to this action, such as 去修改."""
    if step.mends:
        return "去修改"
    for guard in outcome.guards:
        if guard.name in _BY_GUARD:
            return _BY_GUARD[guard.name]
    # What has been done already is only told: 告诉我们已整改.
    return f"告诉我们{action.name}" if action.name.startswith("已") else f"去{action.name}"
