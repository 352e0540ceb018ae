"""What does a dialect make of requests that were written down?

A case file is JSON: `requests` (method, path, headers, body, sent_at), how the
line was configured (`settings`, `secret`, `public_base_url`), and, where somebody
knows it, what must come out (`expect`, `expect_response`). Captured requests are
kept in the same form, and the test vectors inside a dialect too.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from screenpop.domain.call import CallEvent, LineId
from screenpop.domain.errors import BadInput, ConfigError, ScreenpopError
from screenpop.intake import times
from screenpop.intake.dialect import BoundDialect, Dialect
from screenpop.intake.request import (
    HowTold,
    Ignored,
    Received,
    Request,
    Response,
    origin_form,
)

CASE_BYTES_MAX = 50_000_000
EMPTY_EVENT: Mapping[str, object] = {
    "scope": "call", "call_id": None, "leg_id": None, "related_call_id": None,
    "direction": None, "from": None, "to": None, "agents": [], "queue": None,
    "at": None, "outcome": None, "cause": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedCase:
    """Requests of one line, with what is known about it."""

    requests: tuple[Request, ...]
    expect: tuple[object, ...] = ()
    expect_response: tuple[Mapping[str, object], ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    secret: Mapping[str, object] = field(default_factory=dict)
    public_url: str | None = None
    masked: bool = False  # captured: its proofs were taken out, so none is asked for


def read_case(path: Path) -> RecordedCase:
    """Raises `ConfigError` that names the file and what is wrong with it."""
    try:
        if path.stat().st_size > CASE_BYTES_MAX:
            raise ConfigError(f"{path}: longer than {CASE_BYTES_MAX} bytes.")
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: is not a case file: {error}") from error
    return case_from(value, str(path))


def case_from(value: object, place: str) -> RecordedCase:
    case = _mapping(value, place)
    requests = case.get("requests")
    if not isinstance(requests, list) or not requests:
        raise ConfigError(f"{place}: requests: must be a list of requests.")
    public_url = case.get("public_base_url")
    return RecordedCase(
        requests=tuple(
            _request(each, f"{place}: requests[{i}]") for i, each in enumerate(requests)
        ),
        expect=tuple(_list(case.get("expect"))),
        expect_response=tuple(
            _mapping(each, place) for each in _list(case.get("expect_response"))
        ),
        settings=_mapping(case.get("settings") or {}, f"{place}: settings"),
        secret=_mapping(case.get("secret") or {}, f"{place}: secret"),
        public_url=str(public_url) if public_url else None,
        masked=case.get("masked") is True,
    )


def _mapping(value: object, place: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ConfigError(f"{place}: must be an object.")
    return value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _request(value: object, place: str) -> Request:
    given = _mapping(value, place)
    headers = given.get("headers") or {}
    pairs = headers.items() if isinstance(headers, dict) else _pairs(headers, place)
    return Request(
        method=str(given.get("method") or "POST").upper(),
        path=origin_form(str(given.get("path") or "/")),
        headers=tuple((str(name), str(text)) for name, text in pairs),
        body=_body(given),
        remote=str(given["remote"]) if given.get("remote") else None,
        received_us=_sent(given.get("sent_at"), place),
    )


def _pairs(headers: object, place: str) -> list[tuple[object, object]]:
    pairs = [tuple(each) for each in _list(headers) if isinstance(each, list)]
    if any(len(each) != 2 for each in pairs):
        raise ConfigError(f"{place}.headers: must hold pairs of name and value.")
    return [(each[0], each[1]) for each in pairs]


def _body(given: Mapping[str, object]) -> bytes:
    if isinstance(encoded := given.get("body_base64"), str):
        return base64.b64decode(encoded)
    body = given.get("body")
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return json.dumps(body).encode()


def _sent(value: object, place: str) -> int:
    if value is None:
        return round(datetime.now(UTC).timestamp() * 1_000_000)
    moment = times.iso(value, ZoneInfo("UTC"))
    if moment is None:
        raise ConfigError(f"{place}.sent_at: `{value}` is not a time (RFC 3339).")
    return moment.us


# -- configuring a line as the case says ----------------------------------------


def bind_case(dialect: Dialect, case: RecordedCase) -> BoundDialect:
    """The dialect with the case's secrets, country and zone."""
    settings = _settings(dialect, case)
    if case.masked:
        dialect = replace(dialect, schemes=())
    return dialect.bind(
        line=LineId("case"),
        country=_text(case.settings, "default_region", "country"),
        time_zone=_text(case.settings, "timezone", "time_zone") or "UTC",
        settings=settings if case.secret else {**settings, **_UNPROVED},
        public_url=case.public_url or "https://localhost",
    )


def _text(values: Mapping[str, object], *names: str) -> str | None:
    for name in names:
        if isinstance(value := values.get(name), str):
            return value
    return None


_UNPROVED = {"allow_unauthenticated": True}
_ABOUT_SECRETS = frozenset(
    {"scheme", "header", "param", "json_pointer", "tolerance_s", "test_key_phrase"}
)


def _settings(dialect: Dialect, case: RecordedCase) -> Mapping[str, object]:
    """The dialect's settings for a case, whose words for its secret may be others."""
    declared = dialect.settings
    told = {**case.settings, **case.secret}
    settings = {name: value for name, value in told.items() if name in declared}
    own = dict.fromkeys(scheme.secret for scheme in dialect.own_schemes)
    if own.keys() & settings.keys():
        return settings
    if not own or _plain(dialect, case):
        return {**settings, **_by_place(case.secret)}
    secret = _likeliest(case.secret)
    return settings if secret is None else {**settings, next(iter(own)): secret}


_PLAIN = frozenset({"static_header", "bearer", "basic", "query_secret"})


def _plain(dialect: Dialect, case: RecordedCase) -> bool:
    """Does the case use a way of proving that this system has not of its own?"""
    scheme = case.secret.get("scheme")
    return scheme in _PLAIN and all(e.name != scheme for e in dialect.own_schemes)


def _likeliest(secret: Mapping[str, object]) -> object:
    """The entry that looks like the secret itself."""
    left = {n: v for n, v in secret.items() if n not in _ABOUT_SECRETS and v}
    for word in ("secret", "token", "pem", "value", "key", ""):
        for name, value in left.items():
            if word in name:
                return value
    return None


def _by_place(secret: Mapping[str, object]) -> Mapping[str, object]:
    """A secret that is told with the place where it travels."""
    value = _likeliest(secret)
    if "param" in secret:
        return {"query_name": secret["param"], "query_value": value}
    if isinstance(value, str) and value.lower().startswith("bearer "):
        return {"bearer_token": value[7:].strip()}
    if "header" in secret and str(secret["header"]).lower() != "authorization":
        return {"header_name": secret["header"], "header_value": value}
    return {} if value is None else {"bearer_token": value}


# -- decoding -------------------------------------------------------------------


def decode_case(dialect: Dialect, case: RecordedCase) -> list[dict[str, object]]:
    """What `screenpop decode --json` prints: one entry per request."""
    line = bind_case(dialect, case)
    return [decode_request(line, request) for request in case.requests]


def decode_request(line: BoundDialect, request: Request) -> dict[str, object]:
    try:
        received = line.receive(request, explain=True)
    except BadInput as error:
        return {"rejected": str(error), "response": shown(refusal(error))}
    response = received.response
    if received.profile_answer is not None:
        response = received.profile_answer.render(None)
    entry: dict[str, object] = {
        "events": told_events(received),
        "response": shown(response),
    }
    notes = _notes(received)
    return {**entry, "notes": notes} if notes else entry


def _notes(received: Received) -> list[str]:
    """What the sender said in vain, and what the dialect looked for in vain."""
    notes = [each.why for each in received.ignored if not each.whole]
    for number, (event, told) in enumerate(
        zip(received.events, received.told, strict=True), 1
    ):
        if told.nothing:
            which = f"event {number} ({event.type})" if len(received.events) > 1 else ""
            fields = ", ".join(told.nothing)
            notes.append(f"{which or 'the event'}: came to nothing: {fields}")
    return notes


def refusal(error: BadInput) -> Response:
    """The one shape of our errors."""
    body = {
        "error": {"code": error.code, "message": str(error), "remedy": error.remedy}
    }
    return Response(
        status=error.status,
        headers={"Content-Type": "application/json"},
        body=json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
    )


def shown(response: Response) -> dict[str, object]:
    return {
        "status": response.status,
        "headers": dict(response.headers),
        "body": response.body.decode("utf-8", "replace"),
    }


def told_events(received: Received) -> list[dict[str, object]]:
    """Events and what was ignored, in the order of the request's items."""
    if received.handshake:
        return [{"type": "handshake", **EMPTY_EVENT}]
    listed = [
        (told.item, _told(event, told))
        for event, told in zip(received.events, received.told, strict=True)
    ]
    listed += [(each.item, _ignored(each)) for each in received.ignored if each.whole]
    return [entry for _, entry in sorted(listed, key=lambda pair: pair[0])]


def _ignored(ignored: Ignored) -> dict[str, object]:
    return {"type": "ignored", **EMPTY_EVENT, "why": ignored.why}


def _told(event: CallEvent, told: HowTold) -> dict[str, object]:
    entry: dict[str, object] = {
        "type": str(event.type),
        "scope": str(event.scope),
        "call_id": event.call_id if told.call_id_given else None,
        "leg_id": event.leg_id,
        "related_call_id": event.related_call_id,
        "direction": event.direction and str(event.direction),
        "from": event.caller,
        "to": event.dialled,
        "agents": list(event.agents),
        "queue": event.queue,
        "at": rfc3339(event.at_us, told.at_digits) if event.at_given else None,
        "outcome": event.outcome,
        "cause": event.cause,
        "withheld": event.withheld,
        "attributes": dict(event.attributes),
        "event_id": event.event_id,
    }
    where_present = {
        "caller_name": event.caller_name,
        "from_agent": event.from_agent,
        "target": event.target,
        "sequence": event.sequence,
        "state": event.agent_state,
    }
    entry.update({name: v for name, v in where_present.items() if v is not None})
    return entry


def rfc3339(at_us: int, digits: int) -> str:
    """With as many digits of the second as the sender gave: 0, 3 or 6."""
    at = datetime.fromtimestamp(at_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if digits == 0:
        return f"{at}Z"
    return f"{at}.{f'{at_us % 1_000_000:06d}'[:digits]}Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorResult:
    """One request of one vector; no problem means that it holds."""

    name: str
    problems: tuple[str, ...]


def run_vectors(dialect: Dialect) -> list[VectorResult]:
    """All vectors, each request on its own."""
    if dialect.tests is None:
        return []
    results: list[VectorResult] = []
    for number, node in enumerate(dialect.tests.elements(), 1):
        name = f"tests[{number}]"
        try:
            case = case_from(node.data(), f"{dialect.file}: {name}")
            entries = decode_case(dialect, case)
        except ScreenpopError as error:
            results.append(VectorResult(name=name, problems=(str(error),)))
            continue
        for at, entry in enumerate(entries):
            expected = case.expect[at] if at < len(case.expect) else None
            problems = tuple(_differences(entry, expected))
            results.append(
                VectorResult(name=f"{name}.requests[{at}]", problems=problems)
            )
    return results


def _differences(entry: Mapping[str, object], expected: object) -> list[str]:
    if expected is None:
        return ["nothing is expected. Say what under `expect`."]
    if expected == "rejected":
        return [] if "rejected" in entry else ["is taken, but must be refused."]
    if "rejected" in entry:
        return [f"is refused: {entry['rejected']}"]
    events = entry["events"]
    wanted = expected if isinstance(expected, list) else [expected]
    if not isinstance(events, list) or len(events) != len(wanted):
        return [f"gives {events}, expected are {len(wanted)} events."]
    return [
        f"{key} is {event.get(key)!r}, expected is {value!r}."
        for event, want in zip(events, wanted, strict=True)
        for key, value in want.items()
        if event.get(key) != value
    ]
