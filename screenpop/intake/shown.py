"""What does an administrator see of lines, their requests, and the counts of today?

The answers of `/v1/lines` and `/v1/lines/LINE/requests`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

Verdict = Literal["events", "ignored", "handshake", "lookup", "refused", "failed"]
"""What became of a request: `failed` is genuine, but could not be kept or answered."""


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """Since the business day began, on this node; a restart counts on."""

    requests: int = 0
    accepted: int = 0  # events
    ignored: int = 0  # items of which no event was made
    refused: int = 0  # requests


class StreamSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A connection to a switch, since the service began.

    `trouble` says why nothing comes, `hints` what should be set better on the
    switch; `ignored` counts, by type, the messages that told nothing about a call.
    """

    connected_since: str | None
    trouble: str | None
    hints: list[str]
    connections: int
    lost: int
    last_message_at: str | None
    messages: int
    events: int  # durable
    waiting: int  # for the journal
    refused: int  # events that the journal cannot keep
    undecodable: int
    synchronised: int  # times that what is live was asked for
    ignored: dict[str, int]


class LineSeen(msgspec.Struct, frozen=True, kw_only=True):
    """A configured line; `address` is what the telephone system must call.

    Of a line with a `stream` it is what we call.
    """

    line: str
    label: str | None  # of the configuration
    dialect: str
    title: str
    status: str
    address: str
    country: str | None
    time_zone: str
    settings: dict[str, str | bool]  # a secret or key: only that it is set
    paste: str
    last_request_at: str | None
    last_event_at: str | None
    today: Counts
    stream: StreamSeen | None = None
    clock_ahead_s: float | None = None
    """The line's clock against ours, as its events show it; negative is behind."""


class LinesSeen(msgspec.Struct, frozen=True, kw_only=True):
    lines: list[LineSeen]


class RequestSeen(msgspec.Struct, frozen=True, kw_only=True):
    """One request, its secrets masked, and what the dialect made of it.

    `events` has the keys of the generic webhook, as `screenpop decode --json`, in
    the order of the request's items; an item that became no event has the type
    `ignored` and says `why`.
    """

    number: int
    at: str
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: str
    body_bytes: int
    cut: bool
    remote: str | None
    status: int
    verdict: Verdict
    why: str | None = None
    remedy: str | None = None
    events: list[dict[str, Any]] = []
    notes: list[str] = []
    repeated: int = 0


class RequestsSeen(msgspec.Struct, frozen=True, kw_only=True):
    """`run` changes when the service starts anew: numbers then begin at 1 again.

    `missed` requests after `after` were pushed out by newer ones.
    """

    line: str
    run: str
    newest: int
    missed: int
    requests: list[RequestSeen]


class LineToday(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of one line until `day_end_us`; they mean nothing afterwards."""

    day_end_us: int
    requests: int = 0
    accepted: int = 0
    ignored: int = 0
    refused: int = 0


Lines = Mapping[str, LineToday]
