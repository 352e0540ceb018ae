"""A list of calls is read as other systems export it, or refused with the place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from screenpop.domain.errors import BadInput
from screenpop.wallboard import listed_calls as module
from screenpop.wallboard.listed_calls import ListedCall, listed_calls

START = datetime.fromisoformat("2026-11-02T09:30:05")


def read(text: str, **columns: str) -> list[ListedCall]:
    return listed_calls(text.encode(), "calls.csv", columns)


def one(text: str, **columns: str) -> ListedCall:
    (found,) = read(text, **columns)
    return found


def test_english_headers_with_commas() -> None:
    text = (
        "Call ID,Start Time,Caller Number,Queue,Answered,Wait (s)\n"
        "c-1,2026-11-02 09:30:05,+442079460958,sales,yes,12.5\n"
    )
    assert one(text) == ListedCall(
        line=2,
        start=START,
        call_id="c-1",
        caller="+442079460958",
        queue="sales",
        status="answered",
        wait_s=12.5,
    )


def test_german_headers_with_semicolons_a_mark_and_a_clock_of_its_own() -> None:
    text = (
        "\ufeffDatum;Uhrzeit;Rufnummer;Warteschlange;Ergebnis;Wartezeit\r\n"
        "02.11.2026;09:30:05;020 7946 0958;Vertrieb;verloren;1:02:03\r\n"
        ";;;;;\r\n"
        "2.11.26;9:30;;Vertrieb;Kurzabbruch;12,5\r\n"
    )
    first, second = read(text)
    assert (first.start, first.status, first.wait_s) == (START, "abandoned", 3723)
    assert (second.line, second.caller) == (4, "")
    assert second.start == START.replace(second=0)
    assert (second.status, second.wait_s) == ("short abandon", 12.5)


def test_a_spreadsheets_windows_1252_is_read() -> None:
    text = "Beginn;Von;Gesprächsdauer\n2.11.2026 9:30:05;0207;0:00\n"
    (found,) = listed_calls(text.encode("cp1252"), "calls.csv")
    assert (found.start, found.status) == (START, "abandoned")


def test_columns_are_named_outright() -> None:
    text = "Was\tWann\tWer\nx\t2026-11-02T09:30:05\t0207\n"
    assert one(text, start="Wann", caller="Wer").caller == "0207"


@pytest.mark.parametrize(
    ("cell", "status"),
    [("", "abandoned"), ("-", "abandoned"), ("09:31:00", "answered")],
)
def test_an_answer_time_says_that_it_was_answered(cell: str, status: str) -> None:
    text = f"start,from,answered at\n2026-11-02 09:30:05,0207,{cell}\n"
    assert one(text).status == status


def test_a_time_is_in_the_zone_of_the_row_or_of_the_centre() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    wanted_us = round((START - timedelta(hours=1)).replace(tzinfo=UTC).timestamp())
    naive = one("start,id\n2026-11-02 09:30:05,1\n")
    assert naive.start_us(berlin) == wanted_us * 1_000_000
    named = one("start,id\n2026-11-02T13:30:05+05:00,1\n")
    assert named.start.tzinfo == timezone(timedelta(hours=5))
    assert named.start_us(berlin) == wanted_us * 1_000_000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "calls.csv:1: there is no column for the start of a call, found: none"),
        ("Foo,Von\n", "no column for the start of a call, found: Foo, Von"),
        ("Beginn,Foo\n", "calls.csv:1: there is no column for the id of a call or"),
        (
            "start,id\n11/24/2026 09:30,1\n",
            "calls.csv:2: column start: '11/24/2026 09:30' is not a date and time",
        ),
        ("start,id\n2026-11-02,1\n", "'2026-11-02' is not a date and time"),
        (
            "start,id,Status\n2026-11-02 09:30,1,perhaps\n",
            "calls.csv:2: column Status: 'perhaps' does not say if it was answered",
        ),
        (
            "start,id,Annahme\n2026-11-02 09:30,1,soon\n",
            "calls.csv:2: column Annahme: 'soon' is not a time",
        ),
        (
            "start,id,wait\n2026-11-02 09:30,1,1\n2026-11-02 09:31,2,nan\n",
            "calls.csv:3: column wait: 'nan' is not a duration",
        ),
        ("id,start\n1\n", "calls.csv:2: has 1 columns, the header has 2"),
        ("start,id\n\0,1\n", "calls.csv: is not text in UTF-8 or Windows-1252"),
        ("start" + ",x" * 200, "calls.csv:1: has 201 columns, at most 200 are read"),
    ],
)
def test_a_mistake_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(BadInput) as raised:
        read(text)
    assert said in str(raised.value)
    assert raised.value.remedy


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(BadInput, match="no column 'Wann', found: start, id"):
        read("start,id\n", start="Wann")
    with pytest.raises(BadInput, match="columns: 'when' is not a known column"):
        read("start,id\n", when="start")


def test_a_list_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "start,id\n" + "2026-11-02 09:30,1\n" * 4
    monkeypatch.setattr(module, "LIST_ROWS_MAX", 4)
    assert len(read(text)) == 4
    with pytest.raises(BadInput, match=r"calls\.csv:6: more than 4 rows"):
        read(text + "2026-11-02 09:30,1\n")
    monkeypatch.setattr(module, "LIST_BYTES_MAX", len(text) - 1)
    with pytest.raises(BadInput, match=f"has {len(text)} bytes, at most"):
        read(text)
