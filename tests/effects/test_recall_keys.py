"""Keys under `recall`, and how a line calls: each changes the recall list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from call_centre import SIGNING_SECRET, CallCentre, open_call_centre
from key_effects import built, shows_effect_of

from screenpop.config.model import Configuration
from screenpop.desk.render import greeter
from screenpop.domain.agent import Role, User, UserId
from screenpop.domain.call import (
    AgentId,
    Call,
    CallEvent,
    CallId,
    Direction,
    EventType,
    LineId,
)
from screenpop.domain.call_state import CallBook
from screenpop.journal.records import ActionRecord
from screenpop.node.forecast_orders import closed_weekdays
from screenpop.support.clock import FakeClock
from screenpop.wallboard.recalls import RecallList

S = 1_000_000
START_US = FakeClock().now_us()  # a Saturday, 9:00 in London
SUE = User(username=UserId("sue"), name="Sue", role=Role.SUPERVISOR)
NUMBER = "+442079460958"


def lost(name: str = "c-1", wait_s: int = 30) -> Call:
    """A caller who gave up."""
    book, made = CallBook(), None
    for kind, at_s in ((EventType.QUEUED, 0), (EventType.ENDED, wait_s)):
        event = CallEvent(
            type=kind,
            line=LineId("main"),
            call_id=CallId(name),
            event_id=f"{name}/{kind}",
            at_us=START_US + at_s * S,
            received_us=START_US + at_s * S,
            direction=Direction.INBOUND,
            caller=NUMBER,
            queue="sales",
            agents=(AgentId("1001"),),
        )
        made = book.apply(event)
    assert made is not None
    return made.after


async def recalls(folder: Path, **recall: Any) -> RecallList:
    """The list that the configuration asks for, with one caller."""
    more: dict[str, Any] = {"server": {"time_zone": "Europe/London"}, "recall": recall}
    async with built(folder, clock=FakeClock(), **more) as service:
        service.feed.recalls.replace(lost(), NUMBER)
        return service.feed.recalls


@shows_effect_of("recall.days")
@pytest.mark.parametrize("days", [1, 3])
async def test_a_caller_leaves_the_list_after_some_days(
    tmp_path: Path, days: int
) -> None:
    made = await recalls(tmp_path, days=days)
    end_us = START_US + days * 86_400 * S
    assert (made.waiting(SUE, end_us), made.waiting(SUE, end_us + 60 * S)) == (1, 0)


@shows_effect_of("recall.callers_max")
@pytest.mark.parametrize("limit", [1, 2])
async def test_so_many_callers_are_kept(tmp_path: Path, limit: int) -> None:
    made = await recalls(tmp_path, callers_max=limit)
    made.replace(lost("c-2"), "+442079460959")
    made.replace(lost("c-3"), "+442079460960")
    assert made.waiting(SUE, START_US) == limit


@shows_effect_of("recall.claim_s")
@pytest.mark.parametrize("claim_s", [60, 90])
async def test_a_claim_ends(tmp_path: Path, claim_s: int) -> None:
    made = await recalls(tmp_path, claim_s=claim_s)
    claim = ActionRecord(
        action="recall", action_id="a-1", at_us=START_US, user="ben", line="main",
        call_id=CallId("c-1"), data={"do": "claim"},
    )  # fmt: skip
    made.act(1, claim)
    end_us = START_US + claim_s * S
    assert (made.waiting(SUE, end_us - 1), made.waiting(SUE, end_us)) == (0, 1)


@shows_effect_of("recall.opening_hours")
@pytest.mark.parametrize(
    ("hours", "closed"),
    [({}, False), ({"sat": ["08:00-12:00"]}, False), ({"mon": ["08:00-12:00"]}, True)],
)
async def test_a_call_is_out_of_hours(
    tmp_path: Path, hours: dict[str, list[str]], closed: bool
) -> None:
    made = await recalls(tmp_path, opening_hours=hours)
    (row,) = made.rows(SUE, START_US)
    assert row.newest.out_of_hours is closed


@shows_effect_of("recall.opening_hours")
@pytest.mark.parametrize(
    ("hours", "closed"),
    [
        ({}, ()),
        ({"mon": ["08:00-12:00"], "tue": []}, (1, 2, 3, 4, 5, 6)),
    ],
)
def test_a_weekday_without_opening_hours_is_closed_in_a_forecast(
    hours: dict[str, list[str]], closed: tuple[int, ...]
) -> None:
    config = Configuration.model_validate({"recall": {"opening_hours": hours}})
    assert closed_weekdays(config) == closed


@shows_effect_of("recall.matter", "recall.money")
@pytest.mark.parametrize(
    ("recall", "matter", "amount"),
    [
        ({}, None, None),
        ({"matter": ["identity.city"], "money": ["balance.open"]}, "York", "12.50"),
    ],
)
async def test_what_is_at_stake_is_read_from_these_columns(
    tmp_path: Path, recall: dict[str, Any], matter: str | None, amount: str | None
) -> None:
    cards = f"key,name,phone,city,owed\n1,Ada,{NUMBER},York,12.50\n"
    (tmp_path / "cards.csv").write_text(cards)
    source = {"connector": "csv_file", "path": "cards.csv", "numbers": ["phone"]}
    owed = {"match": {"key": "customer.key"}, "fields": {"open": "owed"}}
    lookups = {
        "who": {"source": "cards", "facet": "identity", "kind": "identity"},
        "owed": {"source": "cards", "facet": "balance", **owed},
    }
    more: dict[str, Any] = {"sources": {"cards": source}, "lookups": lookups}
    async with open_call_centre(tmp_path, recall=recall, **more) as centre:
        row = await caller_who_gave_up(centre)
    assert row["matter"] == matter
    assert (row["money"] or {"amount": None})["amount"] == amount


@shows_effect_of("lines.NAME.click_to_call")
@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (None, None),
        (
            "https://pbx.example.net/{digits}?to={number}&by={agent}",
            "https://pbx.example.net/442079460958?to=%2B442079460958&by=",
        ),
    ],
)
async def test_a_line_calls_a_number_by_its_url(
    tmp_path: Path, url: str | None, shown: str | None
) -> None:
    line = {
        "dialect": "generic",
        "country": "GB",
        "settings": {"signing_secret": SIGNING_SECRET},
        "click_to_call": url,
    }
    async with open_call_centre(tmp_path, lines={"main": line}) as centre:
        row = await caller_who_gave_up(centre)
        hello = greeter(centre.service.loaded.config, FakeClock(), "")(SUE, 0)
    assert row["click_to_call"] == shown
    assert hello.click_to_call == ({} if url is None else {"main": url})


async def caller_who_gave_up(centre: CallCentre) -> dict[str, Any]:
    """A caller whose card was whole before they hung up; their row."""
    ana = await centre.sign_in("ana")
    call_id = await centre.ring("ana", caller=NUMBER, outcome="voicemail")
    await ana.next_pop()
    if centre.service.loaded.config.lookups:
        await ana.card(call_id, "balance")
    await centre.hang_up(call_id)
    (row,) = (await centre.get("sue", "/v1/recalls"))["recalls"]
    assert isinstance(row, dict)
    return row
