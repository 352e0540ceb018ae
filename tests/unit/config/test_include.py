from __future__ import annotations

from pathlib import Path

import pytest
from key_effects import shows_effect_of

from screenpop.config import include
from screenpop.config.load import Examined, examine
from screenpop.support.file_stamps import stamps

MAIN = """
version: 1
include: conf.d/*.yaml
sources:
  crm: {connector: sql, url: "sqlite:///a"}
dispositions:
  - {code: sold, label: Sold}
"""


def examined(folder: Path, main: str = MAIN, **files: str) -> Examined:
    (folder / "conf.d").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "conf.d" / f"{name}.yaml").write_text(text)
    (folder / "main.yaml").write_text(main)
    return examine(folder / "main.yaml")


def said(found: Examined) -> list[str]:
    return [
        f"{Path(x.file).name}:{x.line}: {x.key}: {x.sentence}" for x in found.problems
    ]


@shows_effect_of("include")
def test_the_keys_of_all_files_are_one_configuration(tmp_path: Path) -> None:
    found = examined(
        tmp_path,
        b="dispositions: [{code: b, label: B}]\nserver: {company: Firm}",
        a="version: 1\nsources: {erp: {connector: sql, url: x}}\ndispositions:\n"
        "  - {code: a, label: A}",
        empty="",
    )
    assert found.problems == ()
    assert found.loaded is not None
    config = found.loaded.config
    assert list(config.sources) == ["crm", "erp"]
    assert [x.code for x in config.dispositions] == ["sold", "a", "b"]
    assert config.server.company == "Firm"
    place = found.loaded.place("dispositions", 1, "label")
    assert (Path(place.file).name, place.line) == ("a.yaml", 4)
    read = [tmp_path / "main.yaml", tmp_path / "conf.d"]
    read += [tmp_path / "conf.d" / f"{name}.yaml" for name in ("a", "b", "empty")]
    assert found.loaded.files == stamps(read)


def test_a_problem_names_the_file_in_which_it_is(tmp_path: Path) -> None:
    found = examined(
        tmp_path,
        a="sources:\n  erp: {connector: sql, timeout_ms: -5}",
        b="sources:\n  crm: {connector: sql}",
        c="include: d.yaml",
        d="- a list",
        e="a: [",
        f="server: {port: 1}\nqueues: {a: {lable: A}}",
    )
    told = said(found)
    assert "a.yaml:2: sources.erp.timeout_ms: must be greater than 0, is -5" in told
    assert f"b.yaml:2: sources.crm: stands in {tmp_path}/main.yaml:5, too" in told
    assert "c.yaml:1: include: cannot stand in an included file" in told
    assert "d.yaml:1: : must be keys with values" in told
    assert any(x.startswith("e.yaml:1: : is not valid YAML") for x in told)
    assert any(x.startswith("f.yaml:2: queues.a.lable") for x in told)


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("../*.yaml", "is not a pattern below"),
        ("/etc/*.yaml", "is not a pattern below"),
        ("**/*.yaml", "is not a pattern below"),
        ("conf.d/gone.yaml", "there is no file"),
    ],
)
def test_a_pattern_that_cannot_be_followed_is_a_problem(
    tmp_path: Path, pattern: str, sentence: str
) -> None:
    (problem,) = examined(tmp_path, f"version: 1\ninclude: ['{pattern}']").problems
    assert problem.key == "include[0]"
    assert sentence in problem.sentence


def test_files_have_a_limit_and_the_main_file_is_not_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    itself = "version: 1\ninclude: '*.yaml'\nserver: {company: A}"
    assert examined(tmp_path, itself).problems == ()
    monkeypatch.setattr(include, "FILES_MAX", 1)
    files = {"a": "queues: {a: {label: A}}", "b": "queues: {b: {label: B}}"}
    (problem,) = examined(tmp_path, **files).problems
    assert "names 2 files, at most 1" in problem.sentence
