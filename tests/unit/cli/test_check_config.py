from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
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


SHOP = """\
version: 1
sources:
  shop: {connector: sql, url: "sqlite:///shop.sqlite"}
  gone: {connector: sql, url: "postgresql://r:s3cret-word@127.0.0.1:1/x"}
  old: {connector: sql, enabled: false}
lookups:
  who:
    source: shop
    facet: identity
    query: select id as key, nme as name from customer where phone = :number
  tickets:
    source: shop
    facet: tickets
    query: select id as tiket, name as subject from customer where phone = :number
  terms: {source: gone, facet: credit_terms, query: "select 1 as reason"}
"""


@pytest.fixture
def shop(file: Path) -> Path:
    file.write_text(SHOP)
    with closing(sqlite3.connect(file.with_name("shop.sqlite"))) as database:
        database.execute("create table customer (id int, name text, phone text)")
    return file


def test_connecting_says_by_source_what_is_wrong_with_each_query(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "check-config", str(shop), "--connect")
    assert code == 1
    lines = re.sub(r"\d+ ms", "9 ms", out.replace(str(shop), "yaml")).splitlines()
    assert lines[:9] == [
        "shop (sql): reached in 9 ms",
        "  lookups.who -> identity: refused",
        "    problem  yaml:10:30: lookups.who: the query of lookup who failed: no such"
        " column: nme. Did you mean `name`?",
        "  lookups.tickets -> tickets: prepared, not run, 9 ms",
        "    returns tiket int, subject text",
        "    not returned: ticket, status, priority, opened_at, updated_at, assignee,"
        " url",
        "    shown under their own names: tiket",
        "    warning  yaml:14:25: lookups.tickets: returns `tiket`, which the facet"
        " tickets does not know. Did you mean `ticket`? Else it is shown under its own"
        " name.",
        "",
    ]
    assert lines[9] == "gone (sql): not reached"
    assert lines[10].startswith("  problem  yaml:4:3: sources.gone: cannot connect to")
    assert lines[11:] == [
        "  not checked: lookups.terms",
        "",
        "old (sql): switched off, not connected to",
        "",
    ]
    assert err == "2 problems and 1 warning.\n"
    assert "s3cret-word" not in out + err


def test_connecting_as_json(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "check-config", str(shop), "--connect", "--json")
    answer = json.loads(out)
    assert (code, answer["ok"]) == (1, False)
    assert [x["key"] for x in answer["problems"]] == ["sources.gone", "lookups.who"]
    assert [x["key"] for x in answer["warnings"]] == ["lookups.tickets"]
    tickets = answer["sources"]["shop"]["queries"]["lookups.tickets"]
    assert tickets["columns"] == [
        {"name": "tiket", "type": "int", "kinds": ["flag", "integer"]},
        {"name": "subject", "type": "text", "kinds": ["date", "datetime", "text"]},
    ]
    assert (tickets["how"], tickets["extra"]) == ("prepared, not run", ["tiket"])
    assert answer["sources"]["gone"]["not_checked"] == ["lookups.terms"]
    assert "s3cret-word" not in out


def test_warnings_alone_do_not_fail(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = SHOP.replace("nme as name", "name").replace(
        "gone: {", "gone: {enabled: false, "
    )
    shop.write_text(text)
    code, out, err = run(capsys, "check-config", str(shop), "--connect")
    assert (code, err) == (0, "")
    assert out.endswith("\nNo problem and 1 warning.\n")


def test_a_file_that_is_wrong_is_not_connected_with(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop.write_text(SHOP.replace("facet: tickets", "facet: tikets"))
    code, out, err = run(capsys, "check-config", str(shop), "--connect")
    assert code == 1
    assert "there is no facet `tikets`" in out
    assert "reached" not in out
    assert err.startswith("Nothing was connected to: correct these problems first.\n")


def test_a_number_goes_with_connecting_only(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, err = run(capsys, "check-config", str(shop), "--number", "+442079460958")
    assert code == 2
    assert "goes with --connect" in err


def test_canary_callers_are_told_with_their_time(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = "select 7 as key, 'Ada' as name where :number = '+442079460958'"
    canaries = "canaries: {numbers: ['+442079460958', '+442079460111']}"
    shop.write_text(
        "version: 1\nserver: {data_dir: data}\nsources:\n"
        f"  shop: {{connector: sql, url: 'sqlite:///shop.sqlite', {canaries}}}\n"
        f'lookups:\n  who: {{source: shop, facet: identity, query: "{asked}"}}\n'
    )
    code, out, err = run(capsys, "check-config", str(shop), "--connect")
    assert (code, err) == (1, "1 problem.\n")
    assert "  canary caller +4420…58: found, " in out
    assert "  canary caller +4420…11: not found, " in out
    assert "442079460111" not in out
    code, out, _ = run(capsys, "check-config", str(shop), "--connect", "--json")
    found = json.loads(out)["sources"]["shop"]["canaries"]
    assert [each["outcome"] for each in found] == ["found", "not_found"]
