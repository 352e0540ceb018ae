"""`screenpop decode` and `screenpop dialects`, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from screenpop.cli import decode, dialects
from screenpop.domain.errors import ConfigError
from screenpop.intake.cases import run_vectors
from screenpop.intake.dialect import dialect_names, load_dialect
from screenpop.intake.streams.registry import stream_dialects

PAYLOADS = Path(__file__).parents[2] / "payloads"


def run(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    decode.register(app)
    dialects.register(app)
    result = CliRunner().invoke(app, list(words))
    if isinstance(result.exception, ConfigError):
        raise result.exception
    return result.exit_code, result.output


def test_decode_prints_one_entry_per_request_as_json() -> None:
    file = PAYLOADS / "zadarma" / "answered.json"
    code, output = run("decode", "zadarma", str(file), "--json")
    entries = json.loads(output)
    assert (code, len(entries)) == (0, 6)
    assert entries[0]["events"][0]["from"] == "+447700900417"
    assert entries[0]["response"]["status"] == 200


def test_decode_says_why_a_request_is_refused_and_a_part_ignored() -> None:
    code, output = run("decode", "zadarma", str(PAYLOADS / "zadarma" / "tampered.json"))
    assert code == 0
    assert "refused: authentication failed: hmac: its signature" in output
    _, output = run("decode", "twilio", str(PAYLOADS / "twilio" / "answered.json"))
    assert "ignored: `reservation.wrapup` changes nothing for the call" in output


def test_decode_of_a_file_that_is_no_case_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("[]")
    with pytest.raises(ConfigError, match="must be an object"):
        run("decode", "zadarma", str(tmp_path / "x.json"))
    with pytest.raises(ConfigError, match="is not a case file"):
        run("decode", "zadarma", str(tmp_path / "missing.json"))
    with pytest.raises(ConfigError, match="there is no dialect `nobody`"):
        run("decode", "nobody", str(tmp_path / "x.json"))


def test_dialects_lists_all_and_shows_one() -> None:
    _, output = run("dialects")
    listed = [line.split()[0] for line in output.splitlines()]
    streams = [each.name for each in stream_dialects()]
    assert listed == sorted([*dialect_names(), *streams])
    _, output = run("dialects", "zadarma")
    assert "api_secret (secret)" in output
    assert "does not cover event, internal, duration" in output
    assert "My, Integrations, Notifications" in output
    _, output = run("dialects", "zadarma", "--json")
    assert json.loads(output)[0]["status"] == "verified"


@pytest.mark.parametrize("name", dialect_names())
def test_every_dialect_has_vectors_and_they_hold(name: str) -> None:
    results = run_vectors(load_dialect(name))
    assert results
    assert [(each.name, each.problems) for each in results if each.problems] == []


def test_a_vector_that_does_not_hold_is_told_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(
        "dialect: mine\ntitle: Mine\nfields: {call_id: id}\n"
        "events: [{type: alerting}]\n"
        "tests:\n"
        "  - requests: [{body: '{\"id\": 7}'}]\n"
        "    expect: [{call_id: '8'}]\n"
    )
    code, output = run("dialects", str(file), "--test")
    assert code == 1
    assert "tests[1].requests[0]: call_id is '7', expected is '8'." in output
    assert "1 requests, 1 do not hold." in output
