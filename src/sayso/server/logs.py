"""What a server process says on stderr, of its own and of the libraries under it: JSON, one object a line, or plain lines for a person."""

from __future__ import annotations

import logging
import sys

import structlog

TALKATIVE = ("watchfiles", "httpx2", "alembic")
"""Libraries of which only warnings are worth a line."""


def log_on_stderr(level: int = logging.INFO) -> None:
    """Set it up for this process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    as_json = (structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False))
    rendered = (structlog.dev.ConsoleRenderer(),) if sys.stderr.isatty() else as_json
    handler = logging.StreamHandler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
