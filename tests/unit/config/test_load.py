from __future__ import annotations

from pathlib import Path

import pytest

from screenpop.config.load import Loaded, examine, from_text, load_config
from screenpop.config.problems import ConfigProblems, Place
from screenpop.domain.errors import ConfigError


def read(text: str, folder: Path = Path("/etc/screenpop"), **environ: str) -> Loaded:
    return from_text(text, folder=folder, environ=environ)


def problems(text: str, folder: Path = Path(), **environ: str) -> list[str]:
    with pytest.raises(ConfigProblems) as caught:
        read(text, folder, **environ)
    return [str(problem) for problem in caught.value.problems]


def test_a_file_of_one_line_is_enough(tmp_path: Path) -> None:
    file = tmp_path / "screenpop.yaml"
    file.write_text("version: 1\n")
    loaded = load_config(file, environ={})
    assert loaded.config.server.port == 8080
    assert loaded.folder == tmp_path


def test_every_value_knows_its_place() -> None:
    loaded = read("version: 1\nsources:\n  crm:\n    connector: sql\n")
    place = Place(file="screenpop.yaml", line=4, column=5)
    assert loaded.place("sources", "crm", "connector") == place
    assert loaded.place("sources", "crm", "url") == loaded.place("sources", "crm")


def test_a_problem_reads_file_line_column_key_sentence_remedy() -> None:
    text = "version: 1\nsources:\n  crm:\n    connector: sql\n    timeout_ms: -5\n"
    assert problems(text) == [
        "screenpop.yaml:5:5: sources.crm.timeout_ms: must be greater than 0, is -5."
        " Use milliseconds, e.g. 1500."
    ]


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    found = problems(
        "server: {port: 70000, contry: GB}\nsources:\n  erp: {timeout_ms: soon}\n"
        "queues: [a]\ndispositions: [{code: X}]\nlines:\n  Bad-Name: {}\n"
    )
    assert [line.partition(": ")[2] for line in found] == [
        "server.port: must be at most 65535, is 70000. E.g. 8080.",
        "server.contry: is not a known key. Did you mean `country`?",
        "sources.erp.connector: is missing."
        " `sql`, `http_json`, `csv_file` or a plugin's.",
        'sources.erp.timeout_ms: must be a whole number, is "soon".'
        " Use milliseconds, e.g. 1500.",
        "queues: must be keys with values, is a list."
        " Give each entry a name, without `-`: `queues: {NAME: …}`.",
        "dispositions[0].label: is missing. What agents see.",
        "dispositions[0].code: must be lower-case letters, digits and `_`, beginning"
        ' with a letter, is "X". At most 63 characters, e.g. `credit_department`.',
        "lines.Bad-Name: as a name must be lower-case letters, digits and `_`,"
        " beginning with a letter. At most 63 characters, e.g. `credit_department`.",
    ]


def test_what_is_right_in_a_wrong_file_can_still_be_examined(tmp_path: Path) -> None:
    file = tmp_path / "s.yaml"
    file.write_text("server: {port: x}\nlines:\n  pbx: {country: GB}\n")
    examined = examine(file, environ={})
    assert len(examined.problems) == 1
    assert examined.loaded is not None
    assert examined.loaded.config.lines["pbx"].country == "GB"


@pytest.mark.parametrize("section", ["lines", "sources", "lookups", "facets"])
def test_a_section_written_as_a_list_is_told_how_to_write_it(section: str) -> None:
    (told,) = problems(f"{section}:\n  - name: main\n")
    assert told.endswith(
        f"{section}: must be keys with values, is a list."
        f" Give each entry a name, without `-`: `{section}: {{NAME: …}}`."
    )


def test_a_group_of_keys_written_as_a_list_is_told_how_to_write_it() -> None:
    (told,) = problems("limits:\n  - events: 1\n")
    assert told.endswith("Write its keys without `-`: `limits: {KEY: VALUE}`.")


def test_sections_left_empty_are_as_good_as_absent() -> None:
    assert read("version: 1\nlookups:\nsources:\n").config.sources == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: is empty"),
        ("- a\n", "1:1: must be keys with values"),
        ("just words\n", "1:1: must be keys with values"),
    ],
)
def test_a_file_must_hold_keys(text: str, said: str) -> None:
    assert said in problems(text)[0]


def test_variables_of_the_environment_stand_in_any_text() -> None:
    loaded = read(
        'server: {company: "${COMPANY}", port: "${PORT:-8081}"}\n', COMPANY="Bell"
    )
    assert loaded.config.server.company == "Bell"
    assert loaded.config.server.port == 8081


def test_an_unset_variable_is_a_problem_with_its_place() -> None:
    assert problems("server:\n  company: a ${COMPANY}\n") == [
        "screenpop.yaml:2:3: server.company: needs the environment variable COMPANY,"
        " which is not set. Set it, or give a default: `${COMPANY:-…}`."
    ]


def test_an_unset_variable_is_told_once_though_the_value_is_wrong_too() -> None:
    assert len(problems("server:\n  port: ${PORT}\n")) == 1


def test_secrets_come_from_files_beside_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "db.txt").write_text("postgresql://u:p@h/d\n")
    loaded = read("store: {url: '${file:db.txt}'}\n", tmp_path)
    assert loaded.config.store.url is not None
    assert loaded.config.store.url.get_secret_value() == "postgresql://u:p@h/d"
    assert "postgresql://u:p@h/d" in loaded.secrets


def test_a_value_from_outside_is_never_repeated_in_a_message() -> None:
    text = "version: 1\nserver: {port: '${PORT}'}\nstore: {url: [geheim]}\n"
    said = "\n".join(problems(text, PORT="geheim"))
    assert "server.port: must be a whole number." in said
    assert "store.url: must be text." in said
    assert "geheim" not in said


def test_values_under_secret_names_are_known_as_secrets() -> None:
    loaded = read("lines:\n  pbx:\n    settings: {token: clear-token-1}\n")
    assert loaded.secrets == {"clear-token-1"}
    assert "clear-token-1" not in repr(loaded.secrets.__class__)
    assert "secrets" not in repr(loaded)


def test_no_means_no_flag_where_nothing_says_flag_or_text() -> None:
    said = problems("lines:\n  pbx:\n    settings: {verify: no}\n")
    assert said == [
        "screenpop.yaml:3:16: lines.pbx.settings.verify: is `no` without quotes, which"
        ' may mean a text or a flag. Write true or false, or "no" in quotes.'
    ]


def test_norway_is_a_country() -> None:
    assert read("server: {country: NO}\n").config.server.country == "NO"


@pytest.mark.parametrize("word", [".nan", "nan", "inf", "-.inf", "1e999"])
def test_numbers_are_finite(word: str) -> None:
    assert "calls.wrap_up_s" in problems(f"calls: {{wrap_up_s: {word}}}\n")[0]


def test_a_missing_file_is_said_without_a_traceback(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none.yaml:1:1: cannot be read: No such"):
        load_config(tmp_path / "none.yaml")


def test_a_file_that_is_not_utf8_is_said(tmp_path: Path) -> None:
    file = tmp_path / "latin.yaml"
    file.write_bytes("server: {company: Müller}".encode("latin-1"))
    with pytest.raises(ConfigError, match="is not UTF-8 text at byte 19"):
        load_config(file)
