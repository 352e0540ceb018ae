from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from screenpop.cli.capture import (
    case_of,
    free_name,
    terminal_safe,
    told,
    verdict_lines,
    write_case,
)
from screenpop.domain.errors import BadInput, ConfigError
from screenpop.intake.cases import (
    RecordedCase,
    bind_case,
    case_from,
    decode_case,
    read_case,
)
from screenpop.intake.dialect import dialect_names, load_dialect
from screenpop.intake.masking import Mask
from screenpop.intake.recent import LineRequests, explained
from screenpop.intake.shown import Counts, LineSeen, RequestSeen

PAYLOADS = Path(__file__).parents[2] / "payloads"
FILES = [
    pytest.param(file, id=f"{file.parent.name}-{file.stem}")
    for file in sorted(PAYLOADS.glob("*/*.json"))
    if file.parent.name in dialect_names()
]
COMPARED = ("type", "call_id", "from", "to", "agents", "queue", "at", "withheld")


def seen_of(file: Path) -> tuple[RecordedCase, list[RequestSeen], set[str]]:
    """A case's requests as a running service would show them, and its secrets."""
    case, dialect = read_case(file), load_dialect(file.parent.name)
    bound = bind_case(dialect, case)
    hidden = {
        text
        for name, texts in bound.settings.items()
        if dialect.settings[name].secret
        for text in texts
    }
    log = LineRequests(bound, Mask(hidden), lambda now_us: 2**62, 2**22)
    for request in case.requests:
        try:
            log.took(request, bound.receive(request))
        except BadInput as error:
            log.refused(request, error)
    return case, [explained(kept, log.mask) for kept in log.after(0)], hidden


def line_of(file: Path, case: RecordedCase) -> LineSeen:
    where = case.settings
    zone = where.get("timezone") or where.get("time_zone") or "UTC"
    country = where.get("default_region") or where.get("country")
    plain = {
        name: text
        for name, text in where.items()
        if isinstance(text, str) and name in load_dialect(file.parent.name).settings
    }
    return LineSeen(
        line="x", label=None, dialect=file.parent.name, title="", status="verified",
        address=f"{case.public_url or 'https://localhost'}/v1/telephony/x",
        country=None if country is None else str(country), time_zone=str(zone),
        settings={**plain}, paste="", last_request_at=None, last_event_at=None,
        today=Counts(),
    )  # fmt: skip


@pytest.mark.parametrize("file", FILES)
def test_what_was_captured_decodes_to_the_same_events(file: Path) -> None:
    case, seen, hidden = seen_of(file)
    taken = [each for each in seen if each.verdict not in ("refused", "handshake")]
    shown = msgspec.json.encode(seen).decode()
    assert not [secret for secret in hidden if secret in shown]
    if not taken:
        return
    saved = json.loads(json.dumps(case_of(line_of(file, case), taken)))
    dialect = load_dialect(file.parent.name)
    for before, entry in zip(
        taken, decode_case(dialect, case_from(saved, "saved")), strict=True
    ):
        events = entry.get("events")
        assert isinstance(events, list), entry
        assert [[e.get(k) for k in COMPARED] for e in events] == [
            [e.get(k) for k in COMPARED] for e in before.events
        ]


def request(**more: object) -> RequestSeen:
    given: dict[str, object] = {
        "number": 7, "at": "2026-11-21T09:00:00.120Z", "method": "POST",
        "path": "/v1/telephony/main", "headers": [("X-Token", "***(6)")],
        "body": "{}", "body_bytes": 2, "cut": False, "remote": "192.0.2.7",
        "status": 200, "verdict": "events",
    }  # fmt: skip
    return RequestSeen(**{**given, **more})  # type: ignore[arg-type]


def test_a_request_reads_from_top_to_bottom() -> None:
    event = {"type": "alerting", "call_id": "c-1", "agents": ["1001"], "queue": None}
    head, *lines = told(request(events=[event])).splitlines()
    assert head.startswith("#7 ")
    assert head.endswith("POST /v1/telephony/main from 192.0.2.7")
    assert lines == [
        "  X-Token: ***(6)",
        "  {}",
        "  → alerting: call_id c-1, agents 1001",
        "  ← 200",
    ]


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"verdict": "refused", "why": "no", "remedy": "Sign."}, "refused: no. Sign."),
        ({"verdict": "failed", "why": "full"}, "could not be taken: full."),
        ({"verdict": "handshake"}, "a handshake, answered"),
        ({"verdict": "lookup"}, "asks who is calling, answered"),
        ({"verdict": "ignored", "why": "no call"}, "ignored: no call"),
        ({"notes": ["x is unknown"]}, "left out: x is unknown"),
        ({"repeated": 2}, "2 of its events delivered before, dropped"),
    ],
)  # fmt: skip
def test_every_verdict_has_its_words(more: dict[str, object], said: str) -> None:
    assert verdict_lines(request(**more)) == [said]


def test_a_sender_does_not_steer_the_terminal() -> None:
    assert terminal_safe("a\x1b[2J\r\x07é") == "a\\x1b[2J\\r\\x07é"
    assert "\x1b" not in told(request(body="\x1b]0;x\x07", path="/\x1b[1m"))


def test_a_long_body_says_how_much_is_left() -> None:
    shown = told(request(body="x" * 5000, body_bytes=9000))
    assert "… 5000 bytes more" in shown


def test_a_case_is_written_for_its_owner_and_never_over_another(
    tmp_path: Path,
) -> None:
    first = free_name(tmp_path / "case.json")
    write_case(first, {"requests": []})
    second = free_name(tmp_path / "case.json")
    assert (first.name, second.name) == ("case.json", "case-2.json")
    assert first.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [first]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot write"):
        write_case(tmp_path / "none" / "case.json", {})
