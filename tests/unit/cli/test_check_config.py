from __future__ import annotations

import json
from pathlib import Path

import pytest

from screenpop.cli import main

GOOD = """\
version: 1
lines:
  pbx: {dialect: generic, settings: {token: "0123456789abcdef"}}
sources:
  cards: {connector: csv_file, path: c.csv}
  old: {connector: sql, enabled: false}
lookups:
  who: {source: cards, facet: identity}
  notes: {source: cards, facet: notes, match: {account: customer.account}}
  gone: {source: old, facet: tickets}
"""
BAD = """\
version: 1
lines:
  pbx: {dialect: generic, settings: {token: "${NOT_SET_ANYWHERE}"}}
sources:
  cards: {connector: csv_file, path: c.csv, timeout_ms: -5, contry: GB}
lookups:
  who: {source: card, facet: identity}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "screenpop.yaml"


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(words)
    out = capsys.readouterr()
    return int(ended.value.code or 0), out.out, out.err


def test_a_good_file_says_what_was_checked(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(GOOD)
    code, out, err = run(capsys, "check-config", str(file))
    assert (code, err) == (0, "")
    assert out == (
        f"{file}: no problem.\n"
        "  lines: pbx (generic)\n"
        "  sources: cards (csv_file) and old (switched off)\n"
        "  lookups, step by step: 1. who; 2. notes\n"
        "  lookups left out: gone\n"
        "  agents: what single agents do now is seen by no one; what single agents did"
        " is seen by no one; figures of groups: queues with fewer than 5 agents are"
        " merged\n"
    )


def test_a_bad_file_tells_all_its_problems_and_fails(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(BAD)
    code, out, err = run(capsys, "check-config", str(file))
    assert code == 1
    assert out.splitlines() == [
        f"{file}:3:38: lines.pbx.settings.token: needs the environment variable"
        " NOT_SET_ANYWHERE, which is not set."
        " Set it, or give a default: `${NOT_SET_ANYWHERE:-…}`.",
        f"{file}:5:45: sources.cards.timeout_ms: must be greater than 0, is -5."
        " Use milliseconds, e.g. 1500.",
        f"{file}:5:61: sources.cards.contry: is not a known key."
        " Did you mean `country`?",
        f"{file}:7:9: lookups.who.source: there is no source `card`."
        " Did you mean `cards`?",
    ]
    assert err == "4 problems\n"


def test_the_same_as_json(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text(BAD)
    code, out, _ = run(capsys, "check-config", str(file), "--json")
    answer = json.loads(out)
    assert (code, answer["ok"], len(answer["problems"])) == (1, False, 4)
    assert answer["problems"][1] == {
        "file": str(file),
        "line": 5,
        "column": 45,
        "key": "sources.cards.timeout_ms",
        "sentence": "must be greater than 0, is -5",
        "remedy": "Use milliseconds, e.g. 1500.",
    }
    file.write_text(GOOD)
    code, out, _ = run(capsys, "check-config", str(file), "--json")
    assert code == 0
    assert json.loads(out) == {
        "ok": True,
        "problems": [],
        "lines": ["pbx"],
        "sources": ["cards", "old"],
        "lookups": [["who"], ["notes"]],
    }


def test_a_file_that_is_not_there_is_a_problem_not_a_traceback(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = run(capsys, "check-config", str(file))
    assert (code, out) == (
        1,
        f"{file}:1:1: cannot be read: No such file or directory."
        " Check the path and the permissions.\n",
    )


def test_every_name_of_the_sales_policy_is_checked_where_it_stands(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(
        GOOD
        + """\
policy:
  - name: late
    kind: do
    when:
      ticket.opne: {above: 0}
      ticket.open: {above: many}
    say: "{ticket.oldst} is open"
    until: someday
  - {name: sla, kind: warn, when: {sla.due_in_min: {below: 60}}, say: x}
"""
    )
    code, out, _ = run(capsys, "check-config", str(file))
    assert code == 1
    assert out.replace(str(file), "yaml").splitlines() == [
        "yaml:15:7: policy[0].when.ticket.opne: `ticket.opne` is not known."
        " Did you mean `ticket.open`?",
        "yaml:16:21: policy[0].when.ticket.open.above: `above` needs a number, is"
        " `many`. E.g. `ticket.open: {above: 0}`.",
        "yaml:17:5: policy[0].say: `ticket.oldst` is not known."
        " Did you mean `ticket.oldest`?",
        'yaml:18:5: policy[0].until: must be a date such as 2026-11-21, is "someday".'
        " The last day on which it applies, e.g. 2026-12-24.",
        "yaml:19:36: policy[1].when.sla.due_in_min: `sla.due_in_min` never has a value:"
        " no lookup fills `entitlements`. Add a lookup with that `facet`.",
    ]
