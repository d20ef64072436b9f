"""Long computing beside the greenlets: one upload must not make every socket of the process wait."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import gevent
from gevent import monkey

Result = TypeVar("Result")


def compute_aside(function: Callable[[], Result]) -> Result:
    """Return what ``function`` returns; in a gevent worker it runs in a real thread of the hub's pool.

    ``function`` must touch no connection, lock or request of the caller. Exceptions pass through.
    """
    if not monkey.is_module_patched("threading"):
        return function()
    # An exception that leaves a thread of the pool is logged there with all arguments:
    # the bytes of an identity card.
    results: list[Result] = []
    error: Exception | None = gevent.get_hub().threadpool.apply(_catch, (function, results))
    if error is not None:
        raise error
    return results[0]


def _catch(function: Callable[[], Result], results: list[Result]) -> Exception | None:
    try:
        results.append(function())
    except Exception as error:
        return error
    return None
