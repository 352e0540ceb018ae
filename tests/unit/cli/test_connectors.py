"""Which connectors are installed, and which keys does each understand?"""

import json

import pytest
from typer.testing import CliRunner, Result

from screenpop.cli import application
from screenpop.domain.errors import ConfigError


def run(*words: str) -> Result:
    return CliRunner().invoke(application("connectors"), ["connectors", *words])


def test_all_installed_connectors_are_listed_with_their_package() -> None:
    said = run()
    assert said.exit_code == 0
    for name in ("sql", "http_json", "csv_file"):
        assert name in said.output
    assert "screenpop 0." in said.output


def test_one_connector_is_shown_with_its_keys_and_an_example() -> None:
    said = run("sql").output
    assert "statement_timeout_ms" in said
    assert "contacts.query" in said
    assert "connector: sql" in said


def test_json_tells_each_key_with_type_default_and_help() -> None:
    (described,) = json.loads(run("csv_file", "--json").output)
    keys = {key["key"]: key for key in described["source"]}
    assert keys["path"]["required"] is True
    assert keys["rows_max"] == {
        "key": "rows_max",
        "type": "whole number",
        "required": False,
        "default": "200000",
        "help": "A file with more rows is refused.",
    }
    assert {each["name"] for each in json.loads(run("--json").output)} >= {"sql"}


def test_an_unknown_connector_is_an_error_of_ours() -> None:
    said = run("sqll")
    assert isinstance(said.exception, ConfigError)
    with pytest.raises(ConfigError, match="Did you mean sql"):
        raise said.exception
