"""A phone with the compiled mini-program, which obeys one order after another and keeps a transcript."""

from __future__ import annotations

import json
import selectors
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ANSWER_SECONDS = 30
HERE = Path(__file__).parent


class PhoneFailed(AssertionError):
    """What was wanted did not happen at the phone; the message has the whole walk up to there."""


@dataclass(frozen=True, slots=True)
class PhoneSetting:
    """Where the mini-program lies and what it was built to call; where the hall and the simulators' control
    are now; and which simulated person holds the phone."""

    folder: Path
    built: str
    origin: str
    control: str
    user: str


class Phone:
    """Drives ``walk.cjs``; every method raises PhoneFailed with the transcript."""

    def __init__(self, node: Path, setting: PhoneSetting, transcript: Path) -> None:
        told = {name: str(getattr(setting, name)) for name in PhoneSetting.__dataclass_fields__}
        self._transcript = transcript
        with transcript.open("wb") as out:
            self._process = subprocess.Popen(
                [str(node), "walk.cjs", json.dumps(told)],
                cwd=HERE,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=out,
                text=True,
                encoding="utf-8",
            )

    def open(self, path: str) -> None:
        """Open a page as if from WeChat: from a message, or from the list of mini-programs."""
        self._order("open", path)

    def see(self, *texts: str) -> None:
        """Wait until the screen says each of ``texts``."""
        for text in texts:
            self._order("see", text)

    def lose(self, text: str) -> None:
        """Wait until the screen no longer says ``text``."""
        self._order("lose", text)

    def tap(self, text: str) -> None:
        """Tap what says ``text``, once it is there and not disabled."""
        self._order("tap", text)

    def type(self, label: str, text: str) -> None:
        """Type ``text`` into the field ``label`` and leave it."""
        self._order("type", label, text)

    def choose(self, label: str, option: str) -> None:
        """Choose ``option`` in the wheel ``label``."""
        self._order("choose", label, option)

    def share_number(self, text: str) -> None:
        """Let WeChat give the person's number to what says ``text``."""
        self._order("share", text)

    def take_photo(self, file: Path) -> None:
        """Let the camera give ``file`` the next time it is opened."""
        self._order("photo", str(file))

    def back(self) -> None:
        """Go back one page."""
        self._order("back")

    def read_place(self) -> str:
        """Return the address of the page that is open."""
        return str(self._order("where"))

    def read_screen(self) -> str:
        """Return all words on the screen."""
        return str(self._order("screen"))

    def read_value(self, label: str) -> str:
        """Return what stands in the field ``label``, once it is there."""
        return str(self._order("value", label))

    def list_complaints(self) -> list[str]:
        """Return what the scripts complained of or left uncaught."""
        return list(self._order("complaints"))

    def read_transcript(self) -> str:
        """Return the walk so far: orders, requests with their status, socket frames."""
        return self._transcript.read_text(encoding="utf-8")

    def close(self) -> None:
        """Put the phone away."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _order(self, deed: str, *words: str) -> Any:
        asked = json.dumps({"do": deed, "with": words}, ensure_ascii=False)
        if self._process.stdin is None or self._process.stdout is None or self._process.poll() is not None:
            self._fail("The phone is off.")
        self._process.stdin.write(f"{asked}\n")
        self._process.stdin.flush()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._process.stdout, selectors.EVENT_READ)
            if not waiting.select(ANSWER_SECONDS):
                self._fail(f"The phone gave no answer to {asked}.")
        line = self._process.stdout.readline()
        if not line:
            self._fail(f"The phone went off at {asked}.")
        answer = json.loads(line)
        if "error" in answer:
            self._fail(answer["error"])
        return answer["ok"]

    def _fail(self, why: str) -> Any:
        raise PhoneFailed(f"{why}\n\nThe walk:\n{self.read_transcript()}")
