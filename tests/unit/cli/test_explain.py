"""What does `explain` print where no lookup gives an answer, and of the policy?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIG = """version: 1
server: {country: GB}
lines: {main: {settings: {token: "0123456789abcdef"}}}
sources:
  cards: {connector: csv_file, path: cards.csv, contacts: {key: Id, name: Name}}
"""
LOOKUPS = """lookups:
  card: {source: cards, facet: notes, match: {Id: customer.key}}
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (CONFIG, "no lookup is configured"),
        (CONFIG + LOOKUPS, "no lookup could be asked"),
    ],
)
def test_why_there_is_no_waterfall_is_said(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "cards.csv").write_text("Id,Name,Phone\nA-1,Ada,020 7946 0958\n")
    file = tmp_path / "screenpop.yaml"
    file.write_text(text)
    words = ["explain", "020 7946 0111", "--config", str(file)]
    done = subprocess.run(  # the verb sets up logging, for all of a process
        [sys.executable, "-m", "screenpop", *words], capture_output=True, text=True
    )
    assert said in done.stdout


def test_each_rule_of_the_policy_says_why_it_applies_or_not(tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text("Id,Name,Phone\nA-1,Ada,020 7946 0958\n")
    rules = """
policy:
  - name: greet
    kind: do
    when: {call.direction: inbound}
    say: Say hello
  - name: slow
    kind: warn
    when: {call.queue: support}
    say: Be quick
"""
    file = tmp_path / "screenpop.yaml"
    file.write_text(CONFIG + rules)
    words = ["explain", "020 7946 0958", "--config", str(file)]
    command = [sys.executable, "-m", "screenpop", *words]
    done = subprocess.run(command, capture_output=True, text=True)
    assert "✓ greet" in done.stdout
    assert "call.direction is inbound, wanted `inbound`: holds" in done.stdout
    assert "? slow" in done.stdout
    assert "call.queue has no value" in done.stdout
    told = json.loads(
        subprocess.run([*command, "--json"], capture_output=True, text=True).stdout
    )
    assert [line["say"] for line in told["policy"]["lines"]] == ["Say hello"]
    assert [rule["fired"] for rule in told["policy"]["rules"]] == [None, True]


@pytest.mark.parametrize(("wide", "in_columns"), [("80", False), ("300", True)])
def test_rows_too_wide_for_the_terminal_stand_one_below_the_other(
    tmp_path: Path, wide: str, in_columns: bool
) -> None:
    names = [f"Property {n}" for n in range(11)]
    row = [
        "A-1",
        "Ada",
        "020 7946 0958",
        *("" if n == 3 else f"value {n}" for n in range(11)),
    ]
    head = ["Id", "Name", "Phone", *names]
    (tmp_path / "cards.csv").write_text(f"{','.join(head)}\n{','.join(row)}\n")
    file = tmp_path / "screenpop.yaml"
    lookup = "{source: cards, facet: mine, match: {Id: customer.key}, kind: rows}"
    file.write_text(
        f"{CONFIG}lookups:\n  card: {lookup}\nfacets:\n  mine: {{label: Mine}}\n"
    )
    words = ["explain", "020 7946 0958", "--config", str(file)]
    done = subprocess.run(
        [sys.executable, "-m", "screenpop", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": wide},
    )
    lines = done.stdout.partition("\nMine ")[2].splitlines()
    assert any("Property 2" in x and "Property 10" in x for x in lines) is in_columns
    assert any("Property 2" in x and "value 2" in x for x in lines) is not in_columns
    assert any("Property 3" in x for x in lines) is in_columns
    assert any("value 10" in x for x in lines)
