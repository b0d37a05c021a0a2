"""Where logs go and how they look."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


_TALKATIVE = ("httpx", "httpcore")
"""Libraries that write whole addresses into the log, with the secrets of some tools and the mail addresses of customers."""


def configure(*, level: str, as_json: bool) -> None:
    """Send logs from ``level`` on to stderr, as lines for people or as JSON."""
    import structlog  # noqa: PLC0415 - help can do without

    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)

    renderer: Callable[..., str | bytes] = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
