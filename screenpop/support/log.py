"""What is written to the log, what never is, and which outage was logged already?

One event is one line, as text (`time LEVEL logger message key=value`) or as JSON.
Secrets and whole telephone numbers are taken out of the finished line, so also out
of exceptions and tracebacks, from any library.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections import OrderedDict
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TextIO
from urllib.parse import quote, quote_plus, urlsplit

from screenpop.domain.errors import Unavailable
from screenpop.domain.phone import shortened
from screenpop.support.clock import Clock, SystemClock

SECRET_CHARS_MIN = 4  # shorter ones would tear ordinary words to pieces
PIECE_CHARS_MIN = 6  # of a password that a URL's rules tear apart
LINE_CHARS_MAX = 16_384
HIDDEN = "[secret]"

_NUMBER = re.compile(r"(?:\+|%2B)[0-9](?:[ ().\-/\u00a0]{0,2}[0-9]){6,14}", re.I)
_PASSWORD = re.compile(r"://[^:/]*:(.*)@", re.DOTALL)
_PIECES = re.compile(r"[@:/?#%]")
_OUR_OWN = frozenset({"message", "asctime", "taskName"})
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | _OUR_OWN


class Redactor:
    """Takes known secrets and telephone numbers out of a text."""

    def __init__(self, secrets: Iterable[str] = ()):
        self._secrets: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self.protect(secrets)

    def protect(self, secrets: Iterable[str]) -> None:
        """From now on these texts, and what they look like encoded, stay out."""
        for secret in secrets:
            self._secrets |= {
                form for form in _forms(secret) if len(form) >= SECRET_CHARS_MIN
            }
        longest_first = sorted(self._secrets, key=len, reverse=True)
        if longest_first:
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def __call__(self, text: str) -> str:
        if self._pattern is not None:
            text = self._pattern.sub(HIDDEN, text)
        return _NUMBER.sub(_short, text)


def _short(match: re.Match[str]) -> str:
    return shortened("+" + re.sub(r"[^0-9]", "", re.sub("(?i)^%2B", "", match[0])))


def _forms(secret: str) -> set[str]:
    """The secret as it may stand in URLs, JSON, reprs, line by line; its password."""
    forms = {secret, *secret.splitlines(), *_passwords(secret)}
    return {
        form
        for text in forms
        for form in (
            text,
            quote(text, safe=""),
            quote_plus(text),
            json.dumps(text)[1:-1],
            json.dumps(text, ensure_ascii=False)[1:-1],
            repr(text)[1:-1],
        )
    }


def _passwords(secret: str) -> set[str]:
    """A URL's password, and its pieces where it is not percent-encoded."""
    found: set[str] = set()
    with suppress(ValueError):
        found.add(urlsplit(secret).password or "")
    if (written := _PASSWORD.search(secret)) is not None:
        found.add(written[1])
        pieces = _PIECES.split(written[1])
        found |= {piece for piece in pieces if len(piece) >= PIECE_CHARS_MIN}
    return found - {""}


class _Formatter(logging.Formatter):
    def __init__(self, redact: Redactor):
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        parts: dict[str, object] = {
            "at": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_extras(record),
        }
        if record.exc_info:
            parts["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            parts["stack"] = record.stack_info
        line = self._line({k: self._clean(value) for k, value in parts.items()})
        return line if len(line) <= LINE_CHARS_MAX else line[:LINE_CHARS_MAX] + "…"

    def _clean(self, value: object) -> str | int | float | bool | None:
        if value is None or isinstance(value, int | float):
            return value
        return self._redact(str(value))[: LINE_CHARS_MAX // 2]

    def _line(self, parts: dict[str, str | int | float | bool | None]) -> str:
        raise NotImplementedError


class TextFormatter(_Formatter):
    """`2026-11-21T09:00:00.120Z WARNING screenpop.x something source=crm`."""

    def _line(self, parts: dict[str, str | int | float | bool | None]) -> str:
        head = [str(parts.pop(name)) for name in ("at", "level", "logger", "message")]
        tail = [f"{name}={_quoted(value)}" for name, value in parts.items()]
        return " ".join([*map(_one_line, head), *tail])


class JsonFormatter(_Formatter):
    """One object a line with `at`, `level`, `logger`, `message` and what was added."""

    def _line(self, parts: dict[str, str | int | float | bool | None]) -> str:
        return json.dumps(parts, ensure_ascii=False)


def set_up(
    *,
    level: str = "INFO",
    as_json: bool = False,
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
    worker: int = 0,
) -> logging.Handler:
    """Send everything that is logged through one redacting handler.

    Each line of a worker, counted from 1, has its number: several write to one log.
    Returns the handler; `logging.getLogger().removeHandler` undoes it.
    """
    protect(secrets)
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        JsonFormatter(_REDACTOR) if as_json else TextFormatter(_REDACTOR)
    )
    if worker:
        handler.addFilter(partial(_with_worker, worker))
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h.formatter, _Formatter)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    return handler


def _with_worker(worker: int, record: logging.LogRecord) -> bool:
    record.worker = worker
    return True


def protect(secrets: Iterable[str]) -> None:
    """Keep these texts out of every line from now on."""
    _REDACTOR.protect(secrets)


def redacted(text: str) -> str:
    """A text as the log would show it; for error answers and terminals."""
    return _REDACTOR(text)


_REDACTOR = Redactor()


def _time(record: logging.LogRecord) -> str:
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _extras(record: logging.LogRecord) -> dict[str, object]:
    """What the caller added with `extra={…}`."""
    return {k: v for k, v in record.__dict__.items() if k not in _STANDARD}


def _one_line(text: str) -> str:
    """Nothing that came from outside may begin a new line of the log."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _quoted(value: str | int | float | bool | None) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    plain = bool(value) and not re.search(r"[\s\"=]", value)
    return _one_line(value if plain else json.dumps(value, ensure_ascii=False))


KEYS_MAX = 1000


class Seldom:
    def __init__(self, clock: Clock, *, every_s: float, keys_max: int = KEYS_MAX):
        self._clock = clock
        self._every_s = every_s
        self._keys_max = keys_max
        self._said: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def may(self, key: str) -> int | None:
        """How many were left out since the last line; None: leave this one out."""
        now_s = self._clock.monotonic_s()
        said_s, left_out = self._said.get(key, (None, 0))
        if said_s is not None and now_s - said_s < self._every_s:
            self._said[key] = (said_s, left_out + 1)
            return None
        self._said[key] = (now_s, 0)
        self._said.move_to_end(key)
        if len(self._said) > self._keys_max:
            self._said.popitem(last=False)
        return left_out


# -- Has this outage been logged already, and does it still last?
# A source, store or medium that is away is logged once when it goes and once when
# it comes back, however often it is asked in between. Everything that can be away
# reports through this class.


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProblem:
    """Something that is not as it should be. `fatal`: send no traffic here."""

    part: str
    message: str
    fatal: bool = True


class Outage:
    """Follows one thing that may be away: `failed` and `recovered` at every try."""

    def __init__(
        self,
        what: str,
        log: logging.Logger,
        clock: Clock | None = None,
        *,
        level: int = logging.WARNING,
    ):
        """`what` is the thing as people call it; `level` is that of the beginning."""
        self._what = what
        self._log = log
        self._level = level
        self._clock = clock or SystemClock()
        self._since_s = 0.0
        self._failures = 0
        self.text: str | None = None  # the outage of now, in words, for `/readyz`

    @property
    def lasting(self) -> bool:
        return self.text is not None

    def failed(self, why: BaseException | str, times: int = 1) -> None:
        """It did not work; logged the first time only. `times`: tries that failed."""
        began = self.text is None
        self.text = str(why) or type(why).__name__
        self._failures = times if began else self._failures + times
        if began:
            self._since_s = self._clock.monotonic_s()
        level = self._level if began else logging.DEBUG
        self._log.log(level, "%s is away: %s", self._what, self.text)

    def recovered(self) -> None:
        """It worked; logged if it had failed before."""
        if self.text is None:
            return
        self.text = None
        self._log.warning(
            "%s is back after %.1f s and %d failures",
            self._what,
            self._clock.monotonic_s() - self._since_s,
            self._failures,
        )


# -- How long is a source not asked that could not be read?

RETRY_S = 5.0  # doubled at each further failure
RETRY_MAX_S = 60.0
RETRY_AFTER_MAX_S = 3600.0  # a source's own wish is obeyed so far


class Backoff:
    def __init__(self) -> None:
        self._retry_s = RETRY_S

    def reset(self) -> None:
        self._retry_s = RETRY_S

    def next_s(self, error: Unavailable) -> float:
        """As long as the source asks for, within a limit; longer at each failure."""
        wait_s = max(self._retry_s, min(error.retry_after_s or 0.0, RETRY_AFTER_MAX_S))
        self._retry_s = min(self._retry_s * 2, RETRY_MAX_S)
        return wait_s
