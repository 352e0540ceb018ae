"""Which connectors are installed, and what if one is broken?"""

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from screenpop.connector.registry import GROUP, Registry
from screenpop.domain.errors import ConfigError


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_the_built_in_connectors_are_found_like_anybodys() -> None:
    registry = Registry()
    assert {"sql", "http_json", "csv_file"} <= set(registry.names())
    assert registry.find("csv_file").name == "csv_file"
    assert registry.origin("sql").startswith("screenpop ")


def test_an_unknown_name_is_answered_with_the_nearest_and_all_installed() -> None:
    with pytest.raises(ConfigError, match="Did you mean sql") as caught:
        Registry([point("sql", "x:Y"), point("ldap", "x:Z")]).find("sqll")
    assert "Installed: ldap, sql." in str(caught.value)


def test_a_plugin_that_cannot_be_imported_leaves_the_others_alone() -> None:
    registry = Registry(
        [
            point("broken", "no_such_package.at_all:Connector"),
            point("csv_file", "screenpop_connectors.csv_file:CsvFileConnector"),
        ]
    )
    assert registry.names() == ("broken", "csv_file")
    with pytest.raises(
        ConfigError, match="No module named 'no_such_package'"
    ) as caught:
        registry.find("broken")
    assert "no_such_package.at_all:Connector" in str(caught.value)
    assert registry.find("csv_file").name == "csv_file"


def test_a_plugin_that_fails_while_it_is_imported_says_how(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exploding_plugin.py").write_text("raise RuntimeError('no licence')\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match="RuntimeError: no licence"):
        Registry([point("exploding", "exploding_plugin:C")]).find("exploding")


@pytest.mark.parametrize("value", ["json:JSONDecoder", "json:dumps"])
def test_what_is_no_connector_is_refused(value: str) -> None:
    with pytest.raises(ConfigError, match="not a subclass of"):
        Registry([point("odd", value)]).find("odd")


def test_a_connector_without_option_models_is_refused() -> None:
    bare = point("bare", "screenpop.connector.base:Connector")
    with pytest.raises(ConfigError, match="source_options is not a subclass"):
        Registry([bare]).find("bare")


def test_two_packages_that_claim_one_name_are_both_refused() -> None:
    registry = Registry([point("crm", "a:A"), point("crm", "b:B")])
    with pytest.raises(ConfigError, match="uninstall one of them"):
        registry.find("crm")
