"""Everything that the simulated platforms know at the moment, behind one lock."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulators.contract_book import ContractBook
from simulators.credentials import load_credentials
from simulators.face_book import FaceBook
from simulators.faults import FaultBook
from simulators.master_book import MasterBook
from simulators.message_templates import TemplateBook
from simulators.people import People, Person
from simulators.records import CALLS_KEPT, MESSAGES_KEPT, Call, Channel, Ledger, Message, now_text

TOKEN_SECONDS = 7200


@dataclass
class TokenBook:
    """The access token of each app. Stable: asking again gives the same one till it runs out."""

    _tokens: dict[str, tuple[str, float]] = field(default_factory=dict)

    def get(self, app_id: str, *, force: bool) -> tuple[str, int]:
        """Return the token of ``app_id`` and the seconds that it has left."""
        token, ends_at = self._tokens.get(app_id, ("", 0.0))
        if force or ends_at - time.monotonic() < 1:
            token, ends_at = secrets.token_urlsafe(96), time.monotonic() + TOKEN_SECONDS
            self._tokens[app_id] = (token, ends_at)
        return token, int(ends_at - time.monotonic())

    def find_app(self, token: str) -> str | None:
        """Return the app whose token this is at the moment, or None."""
        for app_id, (good, ends_at) in self._tokens.items():
            if secrets.compare_digest(good.encode(), token.encode()) and ends_at > time.monotonic():
                return app_id
        return None

    def forget(self) -> None:
        """Make all tokens invalid."""
        self._tokens.clear()


class Simulation:
    """The state of all platforms. Take ``lock`` round every use of people, tokens, templates and ledgers."""

    def __init__(self, state_dir: Path, hall: str) -> None:
        self.credentials = load_credentials(state_dir)
        self.lock = threading.RLock()
        self.people = People()
        self.tokens = TokenBook()
        self.web_tokens = TokenBook()
        self.templates = TemplateBook(hall)
        self.faults = FaultBook()
        self.contracts = ContractBook()
        self.master = MasterBook()
        self.faces = FaceBook()
        # ID number → the name that belongs to it, as far as an outside client said so.
        self.register: dict[str, str] = {}
        self.wecom_tokens = TokenBook()
        self.wecom_strangers: set[str] = set()
        self.hall = hall
        self._forget: list[Callable[[], object]] = []
        self.calls: Ledger[Call] = Ledger(CALLS_KEPT)
        self.messages: Ledger[Message] = Ledger(MESSAGES_KEPT)

    def on_reset(self, forget: Callable[[], object]) -> None:
        """Have ``forget`` called with every reset."""
        self._forget.append(forget)

    def reset(self) -> None:
        """Forget what was received and ordered; keys and access tokens stay, as at a real platform."""
        with self.lock:
            self.people.reset()
            self.templates.reset()
            self.contracts.reset()
            self.master.reset()
            self.faces.reset()
            self.register.clear()
            for forget in self._forget:
                forget()
            self.wecom_strangers.clear()
            self.calls.clear()
            self.messages.clear()
        self.faults.clear()

    def record_call(
        self,
        platform: str,
        endpoint: str,
        request: dict[str, Any],
        answer: dict[str, Any] | None,
        accepted: bool,
        fault: str | None,
    ) -> None:
        """Keep what was asked and answered."""
        with self.lock:
            seq = self.calls.next_seq()
            self.calls.add(Call(seq, now_text(), platform, endpoint, request, answer, accepted, fault))

    def deliver(
        self,
        channel: Channel,
        person: Person | None,
        template_id: str,
        title: str,
        platform_id: str,
        *,
        phone: str | None = None,
        lines: list[tuple[str, str]] | None = None,
        text: str = "",
        code: str | None = None,
        link: str = "",
    ) -> None:
        """Put a message into somebody's phone."""
        with self.lock:
            self.messages.add(
                Message(
                    self.messages.next_seq(), now_text(), channel, person.key if person else None, phone,
                    template_id, title, lines or [], text, code, link, platform_id,
                )
            )  # fmt: skip
