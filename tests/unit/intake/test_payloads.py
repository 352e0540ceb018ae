"""Every recorded case decodes to the letter, every tampered one is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from screenpop.intake.cases import RecordedCase, decode_case, read_case
from screenpop.intake.dialect import load_dialect

PAYLOADS = Path(__file__).parents[2] / "payloads"
CASES = sorted(path.relative_to(PAYLOADS) for path in PAYLOADS.glob("*/*.json"))
HIDDEN = re.compile(rb"(?<![_\w])[Aa]nonymous")
# What we say besides; the cases do not speak of it.
OURS = {"attributes", "event_id", "withheld", "caller_name", "sequence", "why"}


def decoded(path: Path) -> tuple[RecordedCase, list[dict[str, object]]]:
    case = read_case(PAYLOADS / path)
    return case, decode_case(load_dialect(path.parent.name), case)


def events_of(entry: Mapping[str, object]) -> list[dict[str, object]]:
    events = entry["events"]
    assert isinstance(events, list)
    return events


def whole(expected: object) -> dict[str, object]:
    """An expected event with the keys that a case leaves out."""
    assert isinstance(expected, dict)
    return {"leg_id": None, "related_call_id": None, **expected}


@pytest.mark.parametrize("path", CASES, ids=str)
def test_a_case_decodes_to_the_letter(path: Path) -> None:
    case, entries = decoded(path)
    assert len(entries) == len(case.expect)
    for entry, expected in zip(entries, case.expect, strict=True):
        if expected == "rejected":
            assert entry["rejected"]
            assert '"code": "bad_signature"' in str(entry["response"])
            continue
        wanted = expected if isinstance(expected, list) else [expected]
        got = [
            {name: value for name, value in event.items() if name not in OURS}
            for event in events_of(entry)
        ]
        assert got == [whole(each) for each in wanted]


def _responses() -> Iterator[tuple[Path, int]]:
    for path in CASES:
        for index, _ in enumerate(read_case(PAYLOADS / path).expect_response):
            yield path, index


@pytest.mark.parametrize(("path", "index"), list(_responses()), ids=str)
def test_the_answer_is_what_the_provider_needs(path: Path, index: int) -> None:
    case, entries = decoded(path)
    wanted = case.expect_response[index]
    answer = entries[int(str(wanted["request"]))]["response"]
    assert isinstance(answer, dict)
    headers, body = answer["headers"], answer["body"]
    assert answer["status"] == wanted["status"]
    assert wanted.get("content_type") in (None, headers.get("Content-Type"))
    more = wanted.get("headers", {})
    assert isinstance(more, dict)
    assert more.items() <= headers.items()
    assert wanted.get("body") in (None, body)
    assert str(wanted.get("body_contains", "")) in body
    if "json" in wanted:
        assert json.loads(body) == wanted["json"]
    if wanted.get("json_is") == "array":
        assert isinstance(json.loads(body), list)
    assert len(str(headers)) + len(body) < int(str(wanted.get("max_bytes", 9999)))


def test_a_withheld_number_never_comes_out() -> None:
    for path in CASES:
        case, entries = decoded(path)
        for request, entry in zip(case.requests, entries, strict=True):
            if not HIDDEN.search(request.body) or "rejected" in entry:
                continue
            for event in events_of(entry):
                assert event["from"] is None
                assert event.get("caller_name") is None
