"""The command ``flask chatbot match``: what customers would be answered, sentence by sentence."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click
import orjson
from flask.cli import AppGroup
from werkzeug.utils import import_string

if TYPE_CHECKING:
    from chatbot.auto_reply import AutoReply

# Read by the command alone: its dictionaries take more than a hundred megabytes that no other needs.
_READER = "chatbot.auto_reply:read_auto_reply"


def make_chatbot_commands() -> AppGroup:
    """Return the commands of the chatbot that need no database."""
    group = AppGroup("chatbot", help="Try the auto-reply.")

    @group.command("match")
    def match() -> None:
        """Read one sentence a line and print one JSON object a line for each."""
        reply = import_string(_READER)()
        for line in sys.stdin:
            click.echo(write_line(reply, line.rstrip("\r\n")))

    return group


def write_line(reply: AutoReply, text: str) -> str:
    """Return what is understood of ``text`` as one line of JSON."""
    understood = reply.understand(text)
    told = {
        "text": text,
        "topics": list(understood.topics),
        "entries": [one.entry.key for one in understood.candidates],
        "score": round(understood.score, 4),
        "emergency": understood.is_emergency,
        "handoff": understood.wants_person,
    }
    return orjson.dumps(told).decode()
