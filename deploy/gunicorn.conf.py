"""How gunicorn serves the hall: two gevent processes behind one address.

``gunicorn --config deploy/gunicorn.conf.py --no-control-socket 'wsgi:create_app()'``; without the switch
gunicorn would write under the home folder.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable

from gunicorn.arbiter import Arbiter
from gunicorn.workers.base import Worker
from prometheus_client import multiprocess

from backend.core.config import load_setting
from backend.core.setting_declarations import ConfigurationError
from backend.core.setting_values import is_loopback

try:
    _host, _port = load_setting(os.environ, "HOST"), load_setting(os.environ, "PORT")
    workers = load_setting(os.environ, "WEB_PROCESSES")
    _shares_figures = load_setting(os.environ, "PROMETHEUS_MULTIPROC_DIR") is not None
    _is_demonstration = load_setting(os.environ, "DEMO_MODE")
except ConfigurationError as _error:
    sys.exit(str(_error))
bind = f"{f'[{_host}]' if ':' in _host else _host}:{_port}"
worker_class = "gevent"
# Each open socket holds one; a request waits for one of the POOL_SIZE database connections where it needs it.
worker_connections = 1200
# Open sockets never end by themselves, and clients come back at once.
graceful_timeout = 5
timeout = 60
keepalive = 5
# The application logs each request itself, with its id and without personal data.
accesslog = None
errorlog = "-"


# So many new objects, more than a request makes, are looked through at once for circles among them.
YOUNG_OBJECTS = 20_000


def on_starting(server: Arbiter) -> None:
    """Look at where gunicorn is told to listen, which its command line may move away from HOST."""
    _keep_demonstration_here(server.cfg.address)


def when_ready(server: Arbiter) -> None:
    """Look at where it does listen, before any process serves: its sockets may have been handed to it."""
    _keep_demonstration_here(listener.sock.getsockname() for listener in server.LISTENERS)


def _keep_demonstration_here(addresses: Iterable[object]) -> None:
    """Stop the start where known passwords could be tried from other machines."""
    # An address of the network is host, port and, for IPv6, more; that of a socket in a folder is its path.
    beyond = [one[0] for one in addresses if isinstance(one, tuple) and not is_loopback(one[0])]
    if _is_demonstration and beyond:
        sys.exit(
            f"DEMO_MODE is on, so the hall does not listen on {beyond[0] or 'all addresses'}:"
            " use 127.0.0.1, ::1 or localhost, or switch DEMO_MODE off."
        )


def post_worker_init(worker: Worker) -> None:
    """Take what the application is made of out of the collector's sight: none of it is ever garbage.

    A request leaves some thousand objects that are gone with it by themselves; without this, looking for
    circles among them and through all that stays cost a tenth of each request's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


def child_exit(server: Arbiter, worker: Worker) -> None:
    """Take a process that has ended out of the figures that show what is going on now."""
    if _shares_figures:
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
