"""Simulated WeChat users: names, phones, one openid per app, one unionid; and the codes of their sign-ins."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

CODE_SECONDS = 300
CODES_KEPT = 2000
PEOPLE_KEPT = 500
CodeKind = Literal["mini", "web", "phone"]


@dataclass(frozen=True)
class Person:
    """One simulated user. ``follows`` tells whether they follow the official account."""

    key: str
    name: str
    phone: str
    follows: bool

    def openid(self, app_id: str) -> str:
        """Return the 28 characters under which the app ``app_id`` knows this user."""
        return "o" + _digest(f"{app_id}:{self.key}")[:27]

    @property
    def unionid(self) -> str:
        """Return the 28 characters under which all apps of the account know this user."""
        return "o" + _digest(f"union:{self.key}")[:27]


@dataclass
class IssuedCode:
    """A one-time code for ``person``; ``kind`` says which call takes it."""

    kind: CodeKind
    person: Person
    scope: str
    issued_at: float
    is_used: bool = False


STANDING = (
    Person("wang", "王秀英", "13800010001", True),
    Person("li", "李建国", "13800010002", True),
    Person("zhang", "张敏", "13800010003", True),
    Person("chen", "陈志强", "13800010004", False),
    Person("liu", "刘洋", "13800010005", True),
    Person("zhao", "赵丽华", "13800010006", False),
)


class People:
    """The simulated users, their codes, and what they allowed. The caller holds the lock."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Back to the users that stand here, without codes and permissions."""
        self._people = {one.key: one for one in STANDING}
        self._codes: OrderedDict[str, IssuedCode] = OrderedDict()
        # How many subscribe messages a user still allows, by user and template.
        self._permissions: dict[tuple[str, str], int] = {}

    def list(self) -> list[Person]:
        """Return all users."""
        return list(self._people.values())

    def find(self, key: str) -> Person | None:
        """Return the user ``key``, or None."""
        return self._people.get(key)

    def find_by_openid(self, app_id: str, openid: str) -> Person | None:
        """Return whom the app knows as ``openid``, or None."""
        return next((one for one in self._people.values() if one.openid(app_id) == openid), None)

    def add(self, person: Person) -> bool:
        """Add or replace a user; false where there are too many."""
        if person.key not in self._people and len(self._people) >= PEOPLE_KEPT:
            return False
        self._people[person.key] = person
        return True

    def issue_code(self, kind: CodeKind, person: Person, scope: str = "snsapi_userinfo") -> str:
        """Return a new one-time code; the oldest codes are forgotten past a bound."""
        code = f"0{kind[0]}{secrets.token_urlsafe(22).replace('-', 'x').replace('_', 'y')}"
        self._codes[code] = IssuedCode(kind, person, scope, time.monotonic())
        while len(self._codes) > CODES_KEPT:
            self._codes.popitem(last=False)
        return code

    def use_code(self, kind: CodeKind, code: str) -> IssuedCode | int:
        """Use up ``code``; gives WeChat's error where it is unknown, too old (40029) or used (40163)."""
        issued = self._codes.get(code)
        if issued is None or issued.kind != kind or time.monotonic() - issued.issued_at > CODE_SECONDS:
            return 40029
        if issued.is_used:
            return 40163
        issued.is_used = True
        return issued

    def allow(self, person: Person, template_id: str) -> int:
        """One more message of ``template_id`` is allowed, as after a tap on "允许". Returns how many are."""
        key = (person.key, template_id)
        if len(self._permissions) < CODES_KEPT or key in self._permissions:
            self._permissions[key] = min(self._permissions.get(key, 0) + 1, 1000)
        return self._permissions.get(key, 0)

    def forbid(self, person: Person, template_id: str) -> None:
        """The user turns the template off: nothing more is allowed."""
        self._permissions.pop((person.key, template_id), None)

    def use_permission(self, person: Person, template_id: str) -> bool:
        """Use up one permission; false where there is none."""
        key = (person.key, template_id)
        left = self._permissions.get(key, 0)
        if left > 0:
            self._permissions[key] = left - 1
        return left > 0

    def list_permissions(self, person: Person) -> dict[str, int]:
        """Return how many messages of each template the user still allows."""
        return {template: left for (key, template), left in self._permissions.items() if key == person.key}


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
