"""What may be done with an import in which state, as a table; what is not in it is refused."""

from __future__ import annotations

from typing import Final

from backend.core.errors import Conflict

STATES: Final = (
    "uploading", "uploaded", "checking", "check_stopped", "checked",
    "importing", "import_stopped", "done", "failed", "dropped",
)  # fmt: skip
RUNNING: Final = frozenset({"checking", "importing"})
# What people do, and after it what the worker does.
COMMANDS: Final = ("upload", "check", "start", "stop", "resume", "drop", "finish", "fail")
_TABLE: Final[dict[tuple[str, str], str]] = {
    ("uploading", "upload"): "uploaded",
    ("uploaded", "check"): "checking",
    # What other people changed meanwhile may make another check worth while.
    ("checked", "check"): "checking",
    ("checked", "start"): "importing",
    ("checking", "stop"): "check_stopped",
    ("importing", "stop"): "import_stopped",
    ("check_stopped", "resume"): "checking",
    ("import_stopped", "resume"): "importing",
    **{
        (state, "drop"): "dropped"
        for state in ("uploading", "uploaded", "check_stopped", "checked", "failed")
    },
    ("checking", "finish"): "checked",
    ("importing", "finish"): "done",
    ("checking", "fail"): "failed",
    ("importing", "fail"): "failed",
}


def move(state: str, command: str) -> str:
    """Return the state after ``command``; raises Conflict ``import_state_wrong`` where it is not open."""
    after = _TABLE.get((state, command))
    if after is None:
        raise Conflict("import_state_wrong")
    return after


def list_commands(state: str) -> list[str]:
    """Return what people may do in ``state``, so that no client repeats the table."""
    return [one for one in COMMANDS[:6] if (state, one) in _TABLE]
