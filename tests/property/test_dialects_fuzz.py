"""Whatever bytes arrive, a dialect answers in its three ways and explains itself."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from screenpop.domain.call import LineId
from screenpop.domain.errors import BadInput
from screenpop.intake.cases import RecordedCase, bind_case, read_case, told_events
from screenpop.intake.dialect import BoundDialect, Dialect, dialect_names, load_dialect
from screenpop.intake.request import Received, Request

PAYLOADS = Path(__file__).parents[1] / "payloads"
NOW_US = 1_773_151_200_000_000

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**30), max_value=10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(["", "null", "0", "anonymous", "+44", "x" * 600, "2026-03-10"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=8), inner, max_size=4),
    ),
    max_leaves=8,
)
JUNK = [
    b"", b" ", b"\x00", b"\xff" * 50, b"[" * 5000, b'{"a":' * 5000, b"null", b"[]",
    b"{}", b"[[[]]]", b'"x"', b"1e999", b'{"a": 1e999}', b"&" * 5000, b"a=b&" * 3000,
    b"%zz=%", b"<a>" * 1000, b"<a/>", b"<a><b></a>",
    b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>',
    b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', b"eyJ.eyJ.x", b"..", b"a.b.c",
]  # fmt: skip
CONTENT_TYPES = [
    "application/json", "application/x-www-form-urlencoded", "text/xml", "", "a/b; c",
    "application/jwt",
]  # fmt: skip


@lru_cache(maxsize=64)
def open_line(name: str) -> BoundDialect:
    """A line that lets everybody in, so that decoding is what is tried."""
    return load_dialect(name).bind(
        line=LineId("fuzz"),
        settings={"allow_unauthenticated": True},
        public_url="https://pop.example.net",
        country="DE",
    )


@lru_cache(maxsize=64)
def locked_line(name: str) -> tuple[BoundDialect, RecordedCase]:
    dialect = load_dialect(name)
    case = read_case(sorted(recorded(dialect).glob("*.json"))[0])
    return bind_case(dialect, case), case


def recorded(dialect: Dialect) -> Path:
    """Its own cases, else those of a system whose secret is of the same sort."""
    if (own := PAYLOADS / dialect.name).is_dir():
        return own
    keyed = any(each.type == "public_key" for each in dialect.settings.values())
    return PAYLOADS / ("sipgate" if keyed else "zadarma")


def received_or_refused(line: BoundDialect, request: Request) -> Received | None:
    """Anything but a `BadInput` with words is a defect and fails the test."""
    refused: BadInput | None
    try:
        received = line.receive(request)
    except BadInput as error:
        refused = error
    else:
        refused = None
    if refused is not None:
        assert str(refused)
        assert 400 <= refused.status < 500
        return None
    assert len(received.events) == len(received.told)
    assert received.handshake or received.events or received.ignored
    assert all(each.why for each in received.ignored)
    assert received.response.status < 500
    json.dumps(told_events(received), ensure_ascii=True)
    if received.profile_answer is not None:
        assert received.profile_answer.render(None).status < 500
    return received


def request_of(body: bytes, content_type: str, path: str, method: str) -> Request:
    headers = (("Content-Type", content_type), ("Host", "pop.example.net"))
    return Request(
        method=method, path=path, headers=headers, body=body, received_us=NOW_US
    )


@pytest.mark.parametrize("name", dialect_names())
def test_junk_is_refused_or_ignored_in_words(name: str) -> None:
    for line in (open_line(name), locked_line(name)[0]):
        for body in JUNK:
            for content_type in CONTENT_TYPES:
                received_or_refused(
                    line, request_of(body, content_type, "/v1/telephony/x", "POST")
                )


@pytest.mark.parametrize("path", ["", "//[", "/x?%zz=%&&=", "/?" + "a=b&" * 3000, "x"])
def test_any_path_is_survived(path: str) -> None:
    for name in dialect_names():
        for method in ("GET", "POST", "OPTIONS", "BREW"):
            received_or_refused(open_line(name), request_of(b"", "", path, method))


@given(body=st.binary(max_size=300), content_type=st.sampled_from(CONTENT_TYPES))
@settings(max_examples=25, deadline=None)
def test_any_bytes_are_survived(body: bytes, content_type: str) -> None:
    for name in dialect_names():
        received_or_refused(
            open_line(name), request_of(body, content_type, "/x?key=a", "POST")
        )


def leaves(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    if isinstance(value, dict) and value:
        return [p for key, each in value.items() for p in leaves(each, (*path, key))]
    if isinstance(value, list) and value:
        return [p for i, each in enumerate(value) for p in leaves(each, (*path, i))]
    return [path]


def changed(value: object, path: tuple[object, ...], new: object, drop: bool) -> object:
    if not path:
        return new
    key, *rest = path
    if isinstance(value, dict):
        copy = dict(value)
        if drop and not rest:
            copy.pop(key, None)
        else:
            copy[str(key)] = changed(value[str(key)], tuple(rest), new, drop)
        return copy
    if isinstance(value, list) and isinstance(key, int):
        items = list(value)
        items[key] = changed(value[key], tuple(rest), new, drop)
        return items
    return new


def bodies(name: str) -> list[object]:
    """The decoded bodies of a dialect's recorded requests."""
    found: list[object] = []
    for file in sorted((PAYLOADS / name).glob("*.json")):
        for request in read_case(file).requests:
            try:
                found.append(json.loads(request.body))
            except ValueError:
                continue
    return found or [{"type": "alerting", "call_id": "c-1", "agents": ["1"]}]


@pytest.mark.parametrize("name", dialect_names())
@given(data=st.data())
@settings(
    max_examples=30,
    deadline=None,
)
def test_wrong_types_and_missing_fields_are_survived(
    name: str, data: st.DataObject
) -> None:
    body = data.draw(st.sampled_from(bodies(name)))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(leaves(body)))
        cut = path[: data.draw(st.integers(0, len(path)))] if path else path
        body = changed(body, cut, data.draw(values), data.draw(st.booleans()))
    received_or_refused(
        open_line(name),
        request_of(json.dumps(body).encode(), "application/json", "/x", "POST"),
    )


@pytest.mark.parametrize("name", dialect_names())
@given(position=st.integers(0, 10_000), bit=st.integers(0, 7), number=st.integers(0, 9))
@settings(max_examples=10, deadline=None)
def test_a_flipped_bit_is_never_a_crash(
    name: str, position: int, bit: int, number: int
) -> None:
    line, case = locked_line(name)
    request = case.requests[number % len(case.requests)]
    raw = bytearray(request.body)
    if raw:
        raw[position % len(raw)] ^= 1 << bit
    received_or_refused(
        line,
        Request(
            method=request.method,
            path=request.path,
            headers=request.headers,
            body=bytes(raw),
            received_us=request.received_us,
        ),
    )


@pytest.mark.parametrize("name", dialect_names())
def test_a_repeated_delivery_has_the_same_identity(name: str) -> None:
    if not (PAYLOADS / name).is_dir():
        pytest.skip("this dialect is our own; see test_generic")
    for file in sorted((PAYLOADS / name).glob("*.json")):
        case = read_case(file)
        line = bind_case(load_dialect(name), case)
        for request in case.requests:
            first = received_or_refused(line, request)
            later = Request(
                method=request.method,
                path=request.path,
                headers=request.headers,
                body=request.body,
                received_us=request.received_us + 1_000_000,
            )
            second = received_or_refused(line, later)
            if first is None or second is None or not first.events:
                continue
            if all(told.call_id_given for told in first.told):
                ids = [event.event_id for event in first.events]
                assert ids == [event.event_id for event in second.events]
                assert len(set(ids)) == len(ids)
