"""What arrived at each line lately, and what was made of it?

Each line keeps its last requests twice over: those that were genuine, and those that
were refused, so that a flood of forged ones pushes no genuine one out. On the way of
a call only references are kept; masking and explaining wait until somebody looks.
"""

from __future__ import annotations

import secrets
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from screenpop.config.load import SECRET_CHARS_MIN, Loaded
from screenpop.domain.errors import BadInput, NotFound, Overloaded, Unavailable
from screenpop.intake.cases import told_events
from screenpop.intake.dialect import BoundDialect
from screenpop.intake.facts import Settings
from screenpop.intake.masking import Mask, number_hider, without_numbers
from screenpop.intake.request import Received, Request
from screenpop.intake.settings import Setting
from screenpop.intake.shown import (
    Counts,
    Lines,
    LineSeen,
    LineToday,
    RequestSeen,
    RequestsSeen,
    Verdict,
)
from screenpop.support.clock import iso_from_us

REQUESTS_MAX = 50  # of each kind, of each line
BODY_BYTES_MAX = 16_384  # kept of one body
TOTAL_BYTES_MAX = 33_554_432  # of all lines
RING_BYTES_MAX = 2_097_152  # of one kind at one line
ROOM_BYTES = 1024  # of a request beside its body, roughly


class KeptRequest(msgspec.Struct):
    """One request as it is kept: references, nothing worked out.

    Of an error only the words stay: its traceback would keep half the service alive.
    """

    number: int
    request: Request
    body_bytes: int
    received: Received | None = None
    status: int = 200
    why: str | None = None
    remedy: str | None = None
    repeated: int = 0
    withheld: bool = False
    shown: RequestSeen | None = None
    """As it was masked and explained for the first who looked."""

    def failed(self, error: BaseException) -> None:
        """It was genuine, and could not be kept or answered."""
        self.status, self.why, self.remedy = _words(error)


def _words(error: BaseException) -> tuple[int, str, str | None]:
    match error:
        case BadInput():
            return error.status, str(error), error.remedy or None
        case Unavailable() | Overloaded():
            return 503, str(error), None
        case _:
            return 500, "internal error; the log has the details", None


class Ring:
    """The newest requests of one kind, bounded by number and bytes."""

    def __init__(self, bytes_max: int):
        self._bytes_max = bytes_max
        self._bytes = 0
        self._kept: deque[KeptRequest] = deque()

    def __iter__(self) -> Iterator[KeptRequest]:
        return iter(self._kept)

    def add(self, kept: KeptRequest) -> None:
        """The oldest make room; the newest stays, however large it is."""
        mine = self._kept
        mine.append(kept)
        self._bytes += kept.body_bytes + ROOM_BYTES
        while len(mine) > 1 and (
            len(mine) > REQUESTS_MAX or self._bytes > self._bytes_max
        ):
            self._bytes -= mine.popleft().body_bytes + ROOM_BYTES


class LineRequests:
    """One line's last requests and counts of the day."""

    def __init__(
        self,
        bound: BoundDialect,
        mask: Mask,
        day_end_us: Callable[[int], int],
        ring_bytes_max: int,
    ):
        self.bound = bound
        self.mask = mask
        self.newest = 0
        self.last_request_us: int | None = None
        self.last_event_us: int | None = None
        self._day_end_of = day_end_us
        self._day_end_us = 0
        self._requests = self._accepted = self._ignored = self._refused = 0
        self._genuine, self._forged = Ring(ring_bytes_max), Ring(ring_bytes_max)

    def took(self, request: Request, received: Received) -> KeptRequest:
        """Note a genuine request; runs on the way of every call."""
        kept = self._next(request)
        kept.received = received
        kept.status = received.response.status
        if received.events:
            self._accepted += len(received.events)
            self.last_event_us = request.received_us
            for event in received.events:
                if event.withheld:
                    kept.withheld = True
                    kept.request = without_numbers(kept.request, received.events)
                    break
        if received.ignored:
            self._ignored += sum(each.whole for each in received.ignored)
        self._genuine.add(kept)
        return kept

    def refused(self, request: Request, error: BaseException) -> None:
        kept = self._next(request)
        kept.failed(error)
        self._refused += 1
        self._forged.add(kept)

    def today(self, now_us: int) -> Counts:
        self._turn(now_us)
        return Counts(
            requests=self._requests,
            accepted=self._accepted,
            ignored=self._ignored,
            refused=self._refused,
        )

    def counts(self) -> LineToday:
        """What is to outlive a restart."""
        return LineToday(
            day_end_us=self._day_end_us,
            requests=self._requests,
            accepted=self._accepted,
            ignored=self._ignored,
            refused=self._refused,
        )

    def go_on_from(self, saved: LineToday) -> None:
        """Count on from before a restart; a day that is over begins at 0."""
        self._day_end_us = saved.day_end_us
        self._requests, self._accepted = saved.requests, saved.accepted
        self._ignored, self._refused = saved.ignored, saved.refused

    def after(self, number: int) -> list[KeptRequest]:
        """Those with a higher number, oldest first."""
        both = [*self._genuine, *self._forged]
        return sorted(
            (kept for kept in both if kept.number > number),
            key=lambda kept: kept.number,
        )

    def _next(self, request: Request) -> KeptRequest:
        if request.received_us >= self._day_end_us:
            self._turn(request.received_us)
        self.newest += 1
        self._requests += 1
        self.last_request_us = request.received_us
        size = len(request.body)
        if size > BODY_BYTES_MAX:
            request = replace(request, body=request.body[:BODY_BYTES_MAX])
        return KeptRequest(self.newest, request, size)

    def _turn(self, now_us: int) -> None:
        """A new business day counts from nought."""
        if now_us >= self._day_end_us:
            self._day_end_us = self._day_end_of(now_us)
            self._requests = self._accepted = self._ignored = self._refused = 0


class RequestLog:
    """All lines' last requests; what the admin page and `screenpop capture` show."""

    def __init__(
        self,
        loaded: Loaded,
        bound: Mapping[str, BoundDialect],
        now_us: Callable[[], int],
    ):
        self._now_us = now_us
        self._run = secrets.token_hex(4)
        self._lines: dict[str, LineRequests] = {}
        self.switch(loaded, bound)

    def switch(self, loaded: Loaded, bound: Mapping[str, BoundDialect]) -> None:
        """These are the lines from now on; one that is as it was keeps its requests."""
        self._lines_settings = loaded.config.lines
        zone = ZoneInfo(loaded.config.server.time_zone)
        hidden = secrets_of(loaded, bound)
        self._mask = Mask(hidden)
        share = min(RING_BYTES_MAX, TOTAL_BYTES_MAX // (2 * max(1, len(bound))))
        before, self._lines = self._lines, {}
        for name, line in bound.items():
            mask = _mask_of(line, hidden)
            known = before.get(name)
            if known is not None and known.bound is line:
                known.mask = mask
            else:
                fresh = LineRequests(line, mask, lambda us: day_end_us(us, zone), share)
                if known is not None:
                    fresh.go_on_from(known.counts())
                    fresh.newest = known.newest
                known = fresh
            self._lines[name] = known

    def clean(self, text: str) -> str:
        """Without secrets."""
        return self._mask.text(text)

    def counts(self) -> dict[str, LineToday]:
        """Of every line, to be saved."""
        return {name: line.counts() for name, line in self._lines.items()}

    def go_on_from(self, saved: Lines) -> None:
        """Count on from before a restart; lines that are gone are left out."""
        for name, counts in saved.items():
            if name in self._lines:
                self._lines[name].go_on_from(counts)

    def line(self, name: str) -> LineRequests:
        """Raises `KeyError` for a line that is not configured."""
        return self._lines[name]

    def lines(self, base_url: str) -> list[LineSeen]:
        """In the order of the file; `base_url` is without a path."""
        return [
            self._shown(name, line, f"{base_url}/v1/telephony/{name}")
            for name, line in self._lines.items()
        ]

    def requests(self, line: str, after: int) -> RequestsSeen:
        """Oldest first. Raises `NotFound` for a line that is not configured.

        May run in a thread beside the event loop: it copies what it reads in one
        step, and what it writes is the same for everybody.
        """
        mine = self._lines.get(line)
        if mine is None:
            raise NotFound(
                f"no line is called {line[:64]!r}.",
                code="unknown_line",
                remedy="See /v1/lines for those that are configured.",
            )
        kept = mine.after(after)
        return RequestsSeen(
            line=line,
            run=self._run,
            newest=mine.newest,
            missed=max(0, mine.newest - after - len(kept)),
            requests=[shown(each, mine.mask) for each in kept],
        )

    def _shown(self, name: str, line: LineRequests, address: str) -> LineSeen:
        written, dialect = self._lines_settings[name], line.bound.dialect
        return LineSeen(
            line=name,
            label=written.label,
            dialect=written.dialect,
            title=dialect.title,
            status=dialect.status,
            address=line.mask.text(address),
            country=written.country,
            time_zone=written.time_zone,
            settings=settings_shown(
                dialect.settings, line.bound.settings, line.mask.text
            ),
            paste=dialect.paste,
            last_request_at=_at(line.last_request_us),
            last_event_at=_at(line.last_event_us),
            today=line.today(self._now_us()),
        )


def secrets_of(loaded: Loaded, bound: Mapping[str, BoundDialect]) -> frozenset[str]:
    """Those of every line: a sender may show one line's secret at another."""
    of_lines = {
        text
        for line in bound.values()
        for name, texts in line.settings.items()
        if line.dialect.settings[name].secret
        for text in texts
    }
    others = {each for each in loaded.secrets if len(each) >= SECRET_CHARS_MIN}
    return frozenset(of_lines | others)


def _mask_of(line: BoundDialect, hidden: frozenset[str]) -> Mask:
    return Mask(
        hidden,
        headers=line.settings.get("header_name", ()),
        parameters=line.settings.get("query_name", ()),
    )


def settings_shown(
    declared: Mapping[str, Setting], given: Settings, clean: Callable[[str], str]
) -> dict[str, str | bool]:
    """What is configured; of a secret or key only that it is."""
    return {
        name: True
        if declared[name].type in ("secret", "public_key")
        else clean(", ".join(texts))
        for name, texts in given.items()
        if texts
    }


def day_end_us(at_us: int, zone: ZoneInfo) -> int:
    """The midnight after a moment."""
    local = datetime.fromtimestamp(at_us / 1_000_000, zone)
    midnight = datetime.combine(
        local.date() + timedelta(days=1), datetime.min.time(), zone
    )
    return round(midnight.timestamp() * 1_000_000)


def _at(at_us: int | None) -> str | None:
    return None if at_us is None else iso_from_us(at_us)


# -- explaining --------------------------------------------------------------------


def shown(kept: KeptRequest, mask: Mask) -> RequestSeen:
    """Masked once: an admin page asks every two seconds for the same requests."""
    before = kept.shown
    if (
        before is None
        or (before.status, before.repeated) != (kept.status, kept.repeated)
        or (kept.why is not None and before.verdict not in ("refused", "failed"))
    ):
        before = kept.shown = explained(kept, mask)
    return before


def explained(kept: KeptRequest, mask: Mask) -> RequestSeen:
    """A kept request as it may be shown."""
    request, received = kept.request, kept.received
    cut = kept.body_bytes > BODY_BYTES_MAX
    return RequestSeen(
        number=kept.number,
        at=iso_from_us(request.received_us),
        method=request.method,
        path=mask.path(request.path),
        headers=mask.headers(request.headers),
        body=mask.body(request.body, cut=cut),
        body_bytes=kept.body_bytes,
        cut=cut,
        remote=request.remote,
        status=kept.status,
        verdict=_verdict(kept),
        why=_why(kept, mask),
        remedy=None if kept.remedy is None else mask.text(kept.remedy),
        events=[] if received is None else _events(kept, received, mask),
        notes=[] if received is None else _notes(received, mask),
        repeated=kept.repeated,
    )


def _verdict(kept: KeptRequest) -> Verdict:
    received = kept.received
    if received is None:
        return "refused"
    if kept.why is not None:
        return "failed"
    if received.handshake:
        return "handshake"
    if received.events:
        return "events"
    return "ignored" if received.profile_answer is None else "lookup"


_NOTHING_SAID = "the dialect found nothing in it"


def _why(kept: KeptRequest, mask: Mask) -> str | None:
    """Of a request of which nothing was made: the reasons in words."""
    if kept.why is not None:
        return mask.text(kept.why)
    if kept.received is None or _verdict(kept) != "ignored":
        return None
    reasons = dict.fromkeys(each.why for each in kept.received.ignored)
    return mask.text("; ".join(reasons)) or _NOTHING_SAID


def _notes(received: Received, mask: Mask) -> list[str]:
    return [mask.text(each.why) for each in received.ignored if not each.whole]


def _events(
    kept: KeptRequest, received: Received, mask: Mask
) -> list[dict[str, object]]:
    if received.handshake:
        return []
    hide = number_hider(received.events, kept.request.received_us)

    def clean(text: str) -> str:
        return mask.text(hide(text) if kept.withheld else text)

    return [
        {name: _cleaned(value, clean) for name, value in event.items()}
        for event in told_events(received)
    ]


def _cleaned(value: object, clean: Callable[[str], str]) -> object:
    match value:
        case str():
            return clean(str(value))
        case list():
            return [_cleaned(each, clean) for each in value]
        case dict():
            return {clean(name): _cleaned(each, clean) for name, each in value.items()}
        case _:
            return value
