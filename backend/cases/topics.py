"""What the cases promise and keep themselves: hints to the screens that show a case or a queue."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from backend.core.topics import PromiseContext, TopicSpec
from backend.realtime.hints import Hint

# Tells the open screens of all web processes.
Publish = Callable[[Iterable[Hint]], None]


def list_case_topics(publish: Publish) -> list[TopicSpec]:
    """Return the topics whose promises are hints; the relay keeps them on the spot."""

    def tell_case(payload: Mapping[str, Any], context: PromiseContext) -> None:
        # A number only has to rise with each hint, and that of its promise does. Whoever looks at a case sees
        # how those go on to which it was handed over, so they are told of these as well.
        cases = [f"case:{case_no}" for case_no in (payload["case_no"], *payload.get("parent_nos", ()))]
        units = [f"unit:{unit_id}" for unit_id in payload["unit_ids"]]
        publish(Hint(topic, context.outbox_id) for topic in (*cases, *units))

    def tell_deadline(payload: Mapping[str, Any], context: PromiseContext) -> None:
        publish([Hint(f"case:{payload['case_no']}", context.outbox_id)])

    return [
        TopicSpec("case_changed", "刷新办件画面", None, tell_case, is_idempotent=True),
        TopicSpec("deadline_warned", "提醒即将超期", None, tell_deadline, is_idempotent=True),
        TopicSpec("deadline_breached", "提醒已经超期", None, tell_deadline, is_idempotent=True),
    ]
