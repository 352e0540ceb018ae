"""Does `screenpop insight train` read the orders, and say what came of it?"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
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
    read, model = told.out.splitlines()
    assert read == "1 line, 1 order, 1 customer, 2 items, 0 opted out"
    assert model.startswith("model 1 in ")
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


# -- what is learned from them -----------------------------------------------------


@pytest.fixture
def trained(file: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Forty customers buy tyres and tubes together, again and again."""
    rows = ["who,no,at,sku"]
    for day in range(1, 29):
        for who in range(40):
            if (who + day) % 4 == 0:
                at = f"2026-09-{day:02}"
                sku = ("A", "B", "C")[who % 3]
                rows += [
                    f"C-{who},o{who}-{day},{at},{sku}",
                    f"C-{who},o{who}-{day},{at},T",
                ]
    (file.parent / "sales.csv").write_text("\n".join(rows) + "\n")
    assert train(file) == 0
    capsys.readouterr()
    return file


def ended(*words: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(["insight", *words])
    return int(end.value.code or 0)


def test_recommendations_are_measured_on_later_orders(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("evaluate", "--config", str(trained)) == 0
    out = capsys.readouterr().out
    assert "40 customers, 4 items" in out
    assert "recall@10" in out
    assert ended("evaluate", "--config", str(trained), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["customers"] == 40
    assert "outlook" in told
    assert {task["task"] for task in told["tasks"]} >= {"likely_next", "goes_with"}


def test_what_a_customer_is_offered_is_explained(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("explain", "C-4", "--config", str(trained), "--json") == 0
    offers = json.loads(capsys.readouterr().out)
    assert {row["sku"] for row in offers["recommendations"]} >= {"B", "T"}
    assert all(row["reason"] for row in offers["recommendations"])
    assert ended("explain", "C-4", "--config", str(trained)) == 0
    out = capsys.readouterr().out
    assert out.startswith("To offer (recommendations)\n  1. ")
    assert "screenpop explain NUMBER" in out


def test_what_is_held_back_is_explained(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sales = trained.parent / "sales.csv"
    head, *rows = sales.read_text().splitlines()
    stocked = [f"{row},{0 if row.endswith(',T') else 9}" for row in rows]
    sales.write_text("\n".join([f"{head},left", *stocked]) + "\n")
    trained.write_text(CONFIG.replace("{key: sku}", "{key: sku, stock: left}"))
    assert train(trained) == 0
    capsys.readouterr()
    assert ended("explain", "C-4", "--config", str(trained)) == 0
    out = capsys.readouterr().out
    assert "Held back\n  T: out of stock, read 2" in out
    assert ended("explain", "C-4", "--config", str(trained), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["sku"] for row in told["held_back"]] == ["T"]
    assert "T" not in {row["sku"] for row in told["recommendations"]}


LIVE = """
insight:
  item_lookup: {source: shelf, match: {key: item.key}, fields: {stock: left}}
"""
SHELF = "  shelf: {connector: csv_file, path: shelf.csv}\n"


def test_stock_is_asked_as_for_a_card(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shelf = trained.parent / "shelf.csv"
    shelf.write_text("key,left\nA,5\nB,5\nC,5\nT,0\n")
    trained.write_text(f"{CONFIG}{SHELF}{LIVE}")
    assert ended("explain", "C-4", "--config", str(trained)) == 0
    out = capsys.readouterr().out
    assert "Held back\n  T: out of stock, asked 2" in out
    assert ", 5 in stock" in out
    shelf.unlink()
    assert ended("explain", "C-4", "--config", str(trained)) == 0
    told = capsys.readouterr()
    assert told.err.startswith(
        "screenpop: insight.item_lookup: source shelf: cannot read"
    )
    assert " T\n" in told.out  # as last read: nothing is known of its stock
    assert "Held back" not in told.out


def test_who_has_no_orders_is_offered_nothing(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("explain", "C-99", "--config", str(trained)) == 1
    err = capsys.readouterr().err
    assert "C-99 has no orders in the model (newest order: 2026-09-28)" in err
    assert "The orders name customers like C-" in err


def test_without_a_model_the_remedy_is_said(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("explain", "C-1", "--config", str(file)) == 1
    assert "Run `screenpop insight train` first" in capsys.readouterr().err


def test_excluded_customers_and_items_are_not_learned(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "insight: {excluded_customers: [C-4], excluded_items: [T]}\n"
    trained.write_text(CONFIG + text)
    assert train(trained) == 0
    assert ended("explain", "C-4", "--config", str(trained)) == 1
    assert "C-4 is in insight.excluded_customers" in capsys.readouterr().err
    assert ended("evaluate", "--config", str(trained)) == 0
    assert "39 customers" in capsys.readouterr().out
    assert ended("explain", "C-5", "--config", str(trained), "--json") == 0
    offers = json.loads(capsys.readouterr().out)["recommendations"]
    assert offers
    assert "T" not in {row["sku"] for row in offers}


def test_without_a_store_the_remedy_is_said(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("evaluate", "--config", str(file)) == 1
    assert "run `screenpop insight train`" in capsys.readouterr().err


def test_who_opted_out_since_the_training_is_offered_nothing(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = trained.parent / "data" / "orders.sqlite"
    with closing(sqlite3.connect(path)) as store, store:
        store.execute("UPDATE customers SET opted_out = 1 WHERE \"key\" = 'C-4'")
    assert ended("explain", "C-4", "--config", str(trained)) == 1
    assert "C-4 opted out of profiling" in capsys.readouterr().err


def test_who_is_excluded_since_the_training_is_offered_nothing(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained.write_text(CONFIG + "insight: {excluded_customers: [C-4]}\n")
    assert ended("explain", "C-4", "--config", str(trained)) == 1
    assert "C-4 is in insight.excluded_customers" in capsys.readouterr().err


def test_a_source_without_lines_is_named_as_the_cause(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (file.parent / "sales.csv").write_text("who,no,at,sku\n")
    assert train(file) == 1
    assert "no orders were read" in capsys.readouterr().err


def test_after_a_failed_reading_no_model_is_promised(
    trained: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (trained.parent / "sales.csv").unlink()
    assert train(trained) == 1
    out = capsys.readouterr().out
    assert "No model was trained" in out
    assert "model 2" not in out


def test_who_is_gone_from_the_source_is_gone_from_the_files(trained: Path) -> None:
    sales = trained.parent / "sales.csv"
    erased = "Margarete-Steiff-4711"
    whole = sales.read_text()
    sales.write_text(f"{whole}{erased},o-x,2026-09-28,A\n")
    assert train(trained) == 0
    assert erased in _text_of(trained.parent / "data")
    sales.write_text(whole)
    for _ in range(2):  # the two model files that are kept
        assert train(trained, "--everything") == 0
    assert erased not in _text_of(trained.parent / "data")


def _text_of(folder: Path) -> str:
    files = [file for file in folder.rglob("*") if file.is_file()]
    return "".join(file.read_bytes().decode("latin-1") for file in files)
