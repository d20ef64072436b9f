"""JSON logs on standard output, one line an event, with the request id and without personal data."""

from __future__ import annotations

import logging
import sys
from typing import TextIO

import structlog

from backend.core.redaction import redact

# These write whole calls to outside platforms at DEBUG: addresses, keys, texts of messages.
_TALKATIVE = ("urllib3", "tencentcloud_sdk_common", "wechatpy")


class _StandardOutput(logging.StreamHandler[TextIO]):
    """Writes to what standard output is at that moment: a process manager or a test may exchange it."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:
        return sys.stdout

    @stream.setter
    def stream(self, value: TextIO) -> None:
        raise AttributeError("standard output is looked up at each line")


def configure_logging(level: str) -> None:
    """Send structlog and the standard library's loggers through one chain that ends in ``redact``."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            # Directly before the renderer, so that tracebacks pass it as text too.
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )
    handler = _StandardOutput()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
