"""Does `screenpop insight train` read the orders, and say what came of it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from screenpop.cli import main

SALES = "who,no,at,sku\nC-1,o1,2026-10-01,A\nC-1,o1,soon,B\n,o2,2026-10-01,A\n"
CONFIG = """
version: 1
server: {data_dir: data}
sources:
  sales:
    connector: csv_file
    path: sales.csv
    orders: {customer: who, order: no, date: at, item: sku}
    items: {key: sku}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "sales.csv").write_text(SALES)
    file = tmp_path / "screenpop.yaml"
    file.write_text(CONFIG)
    return file


def train(file: Path, *words: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["insight", "train", "--config", str(file), *words])
    return int(ended.value.code or 0)


def test_orders_are_counted_and_broken_rows_named(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(file) == 0
    told = capsys.readouterr()
    assert told.out == "1 lines, 1 orders, 1 customers, 2 items, 0 opted out\n"
    assert told.err == (
        "source sales: orders: 1 x not a date, the row is left out: row 3 date (soon)\n"
    )
    assert train(file, "--json") == 0
    told_again = json.loads(capsys.readouterr().out)
    assert told_again["sources"] == {"sales": {"unchanged": True}}


def test_everything_is_read_again_when_wanted(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(file) == 0
    capsys.readouterr()
    assert train(file, "--json", "--everything") == 0
    sales = json.loads(capsys.readouterr().out)["sources"]["sales"]
    assert sales["orders"] == {
        "rows": 3, "kept": 1, "left_out": {"not a date": 1, "no customer": 1},
    }  # fmt: skip


def test_a_source_that_is_away_is_a_failure(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "sales.csv").unlink()
    assert train(file) == 1
    said = capsys.readouterr().err
    assert "source sales: cannot read" in said
    assert "no such file" in said


def test_without_orders_it_says_what_to_do(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("version: 1\nserver: {data_dir: data}\n")
    assert train(file) == 1
    assert "Add `orders` to a source" in capsys.readouterr().err
