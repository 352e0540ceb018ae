"""A comparison is made in a process of its own, with errors that reach the user."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from unit.history.simulated_day import SimulatedDay
from unit.history.test_recount import archive

from screenpop.domain.call_counts import CountingRules
from screenpop.domain.errors import BadInput, Unavailable
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.history import migrate
from screenpop.history.engine import Database, sqlite_url
from screenpop.node.comparison import ComparisonOrder, answer_of, compared_apart
from screenpop.wallboard.comparing import Given
from screenpop.wallboard.comparison_asked import ComparisonAsked

LIST = "id,start,queue\nno-such,2026-10-24 23:00:00,sales\n"
ASKED = ComparisonAsked(
    begin=datetime.fromisoformat("2026-10-24"),
    end=datetime.fromisoformat("2026-10-26"),
    figure=Given(number="offered", value=7, decimals=0),
    calls_csv=LIST.encode(),
)


async def night(folder: Path) -> ComparisonOrder:
    url = sqlite_url(folder / "store.sqlite")
    database = Database(url)
    await database.open()
    try:
        await migrate.ensure(database)
        day = SimulatedDay(random.Random(3)).callers(30)
        await archive(database, [day.told()])
    finally:
        await database.close()
    rules = CountingRules(service_level=ServiceLevelRules(target_by_queue={"sales": 9}))
    return ComparisonOrder(
        asked=ASKED, store_url=url, time_zone="Europe/London", rules=rules
    )


async def test_its_own_process_gives_the_same_answer(tmp_path: Path) -> None:
    order = await night(tmp_path)
    apart, here = await compared_apart(order), await answer_of(order)
    assert apart == msgspec.to_builtins(here)
    assert apart["readings"][0]["value"] > 7
    assert (apart["calls_read"], apart["calls_without_events"]) == (30, 0)
    kinds = {each["kind"] for each in apart["list"]["groups"]}
    assert kinds == {"only_there", "only_here"}


async def test_a_mistake_in_the_list_reaches_the_user_as_one(tmp_path: Path) -> None:
    order = await night(tmp_path)
    asked = msgspec.structs.replace(ASKED, calls_csv=b"start,id\nsoon,1\n")
    with pytest.raises(BadInput, match="calls_csv:2: column start: 'soon'") as raised:
        await compared_apart(msgspec.structs.replace(order, asked=asked))
    assert raised.value.remedy.startswith("Write 2026-11-02")


async def test_a_store_that_is_away_is_a_failure_with_its_cause(tmp_path: Path) -> None:
    order = await night(tmp_path)
    (tmp_path / "broken.sqlite").write_bytes(b"no database" * 500)
    broken = sqlite_url(tmp_path / "broken.sqlite")
    with pytest.raises(Unavailable, match=r"the comparison failed: .*broken\.sqlite"):
        await compared_apart(msgspec.structs.replace(order, store_url=broken))
