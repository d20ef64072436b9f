"""What is computed in a real thread beside the greenlets, in a process that gevent patches."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
from gevent import monkey
monkey.patch_all()
from functools import partial
from backend.core.native_threads import compute_aside

def refuse(content):
    raise ValueError("refused")

print(compute_aside(partial(len, b"four")))
try:
    compute_aside(partial(refuse, b"the bytes of an identity card"))
except ValueError as error:
    print(error)
"""


def test_an_exception_passes_through_and_no_argument_is_logged() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["4", "refused"]
    assert done.stderr == ""
