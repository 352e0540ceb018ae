from __future__ import annotations

import json

import pytest

from screenpop.cli import main


def run(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as ended:
        main(("schema", *words))
    assert ended.value.code in (0, None)
    return capsys.readouterr().out


def test_the_schema_knows_the_connectors_that_are_installed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    schema = json.loads(run(capsys))
    named = [
        choice["if"]["properties"]["connector"]["const"]
        for choice in schema["$defs"]["Source"]["allOf"]
    ]
    assert {"csv_file", "http_json", "sql"} <= set(named)


def test_the_same_keys_as_tables(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "--markdown")
    assert "| `sources.NAME.timeout_ms` | whole number, > 0 | `1500` |" in text
    assert "### Connector `sql`" in text
