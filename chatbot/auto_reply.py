"""What the machine understands of a sentence: an alarm before all else, then the entries that answer it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chatbot.matching.entries import Entry, read_entries
from chatbot.matching.lexicon import Lexicon, read_lexicon
from chatbot.matching.matcher import Candidate, Matcher
from chatbot.matching.topics import EMERGENCIES, Topic
from chatbot.safety.watch import SafetyWatch, read_examples

# Whoever asks for a person or complains is not left to a machine.
_FOR_PEOPLE = frozenset({Topic.HUMAN_AGENT, Topic.COMPLAINT})


@dataclass(frozen=True, slots=True)
class Understood:
    """``topics`` and ``candidates`` with the best first, at most three of each; ``score`` from 0 to 1."""

    topics: tuple[Topic, ...]
    candidates: tuple[Candidate, ...]
    score: float
    is_emergency: bool
    wants_person: bool


class AutoReply:
    """Understands sentences by one set of entries; another set makes another one."""

    def __init__(self, matcher: Matcher, watch: SafetyWatch) -> None:
        self._matcher = matcher
        self._watch = watch

    def understand(self, text: str) -> Understood:
        """Return what ``text`` means; an alarm comes first whatever else is asked in the same breath."""
        match = self._matcher.match(text)
        if not match.topics:
            return Understood((), (), 0.0, is_emergency=False, wants_person=False)
        judged = self._watch.judge(match.sentence)
        topics = match.topics
        if judged.is_alarm:
            first = next((one for one in topics if one in EMERGENCIES), Topic.LEAK_EMERGENCY)
            topics = (first, *(one for one in topics if one is not first))[:3]
        else:
            topics = (
                *(one for one in topics if one not in EMERGENCIES),
                *(one for one in topics if one in EMERGENCIES),
            )
        return Understood(
            topics=topics,
            candidates=match.candidates,
            score=max(match.score, judged.likelihood) if judged.is_alarm else match.score,
            is_emergency=judged.is_alarm,
            wants_person=judged.is_alarm or (bool(topics) and topics[0] in _FOR_PEOPLE),
        )


def make_auto_reply(entries: Sequence[Entry], lexicon: Lexicon) -> AutoReply:
    """Return the auto-reply for ``entries``, with the watch that ships with the product."""
    return AutoReply(
        Matcher(entries, lexicon), SafetyWatch(read_examples("alarms"), read_examples("harmless"), lexicon)
    )


def read_auto_reply() -> AutoReply:
    """Return the auto-reply of the entries that ship with the product."""
    return make_auto_reply(read_entries(), read_lexicon())
