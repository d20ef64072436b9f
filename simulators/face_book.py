"""The face checks that the simulated provider has open or has judged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

CHECKS_KEPT = 500
# What the person on the page may do: the vendor's code and its words.
RESULTS: dict[str, tuple[int, str]] = {
    "pass": (0, "成功"),
    "fail": (2016, "无法判断为同一人（相似度未达到通过阈值）"),
    "stranger": (0, "成功"),
    "fake": (1002, "疑似非真人录制"),
}
STRANGER = ("路人甲", "11010119900307109X")


@dataclass
class FaceCheck:
    """One check by its BizToken; ``code`` is None until somebody was in front of the camera."""

    token: str
    name: str
    id_number: str
    come_back_to: str
    extra: str
    code: int | None = None
    message: str | None = None

    def end(self, result: str) -> None:
        """Let the person end the check."""
        self.code, self.message = RESULTS[result]
        if result == "stranger":
            self.name, self.id_number = STRANGER

    def tell(self) -> dict[str, Any]:
        """Return the texts of the result as the vendor names them."""
        judged = self.code is not None
        return {
            "ErrCode": self.code,
            "ErrMsg": self.message,
            "IdCard": self.id_number,
            "Name": self.name,
            "LiveStatus": self.code,
            "LiveMsg": self.message,
            "Comparestatus": self.code,
            "Comparemsg": self.message,
            "Sim": ("98.60" if self.code == 0 else "21.40") if judged else None,
            "Extra": self.extra,
        }

    def show(self) -> dict[str, Any]:
        """Return the check for the control address, which plays the person and needs no names."""
        return {"token": self.token, "code": self.code, "extra": self.extra}


@dataclass
class FaceBook:
    """All checks. Not safe for threads: the caller holds the lock."""

    _checks: dict[str, FaceCheck] = field(default_factory=dict)

    def reset(self) -> None:
        """Forget all checks."""
        self._checks.clear()

    def open(self, name: str, id_number: str, come_back_to: str, extra: str) -> FaceCheck:
        """Open a check."""
        check = FaceCheck(str(uuid.uuid4()).upper(), name, id_number, come_back_to, extra)
        self._checks[check.token] = check
        while len(self._checks) > CHECKS_KEPT:
            del self._checks[next(iter(self._checks))]
        return check

    def find(self, token: str) -> FaceCheck | None:
        """Return the check with this BizToken, or None."""
        return self._checks.get(token)

    def list(self) -> list[FaceCheck]:
        """Return all checks, oldest first."""
        return [*self._checks.values()]
