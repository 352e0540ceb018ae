from __future__ import annotations

from pathlib import Path

from screenpop.config.load import examine_text
from screenpop.node.asking import checked_whole


def said(text: str) -> list[str]:
    examined = examine_text(text, Path("screenpop.yaml"), environ={})
    return [str(problem) for problem in checked_whole(examined).problems]


def test_a_line_with_all_that_its_dialect_asks_for_is_fit() -> None:
    assert said("lines:\n  pbx: {settings: {token: abcdefgh}}\n") == []


def test_what_the_dialect_of_a_line_does_not_know_is_told_at_its_place() -> None:
    [problem] = said("lines:\n  pbx:\n    settings: {tokn: x-x-x-x}\n")
    assert problem.startswith("screenpop.yaml:3:16: lines.pbx.settings.tokn: ")


def test_an_unknown_dialect_is_told() -> None:
    [problem] = said("lines:\n  pbx:\n    dialect: genric\n")
    assert problem.startswith("screenpop.yaml:3:5: lines.pbx.dialect: ")
    assert "genric" in problem


def test_a_wrong_country_or_zone_is_told_once() -> None:
    text = "lines:\n  pbx: {country: UK, time_zone: X/Y, settings: {token: abcdefgh}}\n"
    assert [p.split(": ")[1] for p in said(text)] == [
        "lines.pbx.country", "lines.pbx.time_zone",
    ]  # fmt: skip
