"""One engine log: a line per event whatever the input, rotated at midnight, 30 days kept."""

import json
import logging
import logging.config
import math
import sys
import time
import unicodedata
from datetime import UTC, datetime
from logging.handlers import TimedRotatingFileHandler
from pathlib import Path
from typing import Any

from filelock import FileLock

KEPT_DAYS = 30
COMPLAINT_SECONDS = 60
UNSAFE_CATEGORIES = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}


class OneLineFormatter(logging.Formatter):
    """Write control, bidirectional and line-breaking characters as escapes, so that no input can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        if line.isascii() and line.isprintable():
            return line
        return "".join(
            char.encode("unicode_escape").decode() if unicodedata.category(char) in UNSAFE_CATEGORIES else char
            for char in line
        )


class JSONLineFormatter(logging.Formatter):
    """Write one JSON object a line, for programs that collect logs; ASCII, so that no input can forge a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True)


class SharedMidnightFile(TimedRotatingFileHandler):
    """A log file several processes append to; the first one past midnight rotates it and the others follow."""

    def __init__(self, filename: str, **options: Any) -> None:
        self._complained_at = -math.inf
        Path(filename).parent.mkdir(parents=True, exist_ok=True)
        super().__init__(filename, when="midnight", backupCount=KEPT_DAYS, encoding="utf-8", delay=True, **options)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - likewise
        """Say on stderr, once a minute, that lines are lost: a full disk is no fault of the code that logged one."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
            return
        now = time.monotonic()
        if now - self._complained_at >= COMPLAINT_SECONDS:
            self._complained_at = now
            sys.stderr.write(f"engine.log cannot be written ({error.strerror}); lines are lost.\n")

    def doRollover(self) -> None:  # noqa: N802 - the standard library names it
        with FileLock(f"{self.baseFilename}.lock"):
            if self._is_rotated():
                self._follow()
                return
            try:
                super().doRollover()
            except OSError:
                # Windows renames no file that another process holds open. A late rotation is better than a lost line.
                self._follow()

    def _is_rotated(self) -> bool:
        """Say whether another process was first: the day's file is there, or, so old that it was removed again, the
        current file was written to long after that day."""
        started_at = time.localtime(self.rolloverAt - self.interval)
        dated = self.rotation_filename(f"{self.baseFilename}.{time.strftime(self.suffix, started_at)}")
        current = Path(self.baseFilename)
        written_at = current.stat().st_mtime if current.exists() else 0
        return Path(dated).exists() or written_at >= self.rolloverAt + self.interval

    def _follow(self) -> None:
        """Another process has rotated: go on in the new file."""
        if self.stream:
            self.stream.close()
            self.stream = None
        self.rolloverAt = self.computeRollover(int(time.time()))


def configure(options: dict[str, Any]) -> None:
    """Set up logging; `options` says where engine.log lives, its format (text or json), its level, whether
    it is stderr instead."""
    formatter = JSONLineFormatter if options["format"] == "json" else OneLineFormatter
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "engine": {"()": formatter, "format": "%(asctime)s-engine-%(message)s"},
            },
            "handlers": {
                "engine": {
                    "()": SharedMidnightFile,
                    "filename": str(Path(options["directory"]) / "engine.log"),
                    "formatter": "engine",
                },
                # On a disk that can only be read there is no file; what collects stderr keeps the lines.
                "stderr": {"class": "logging.StreamHandler", "formatter": "engine"},
                "console": {"class": "logging.StreamHandler", "level": "ERROR", "formatter": "engine"},
            },
            "root": {"handlers": ["stderr" if options.get("to_stderr") else "engine"], "level": options["level"]},
            "loggers": {"django.request": {"handlers": [] if options.get("to_stderr") else ["console"]}},
        }
    )
