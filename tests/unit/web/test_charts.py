"""What charts ask for: bands, hours of the week, places."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from web_doubles import FakeCounts

from screenpop.config.model import Server
from screenpop.domain.call_counts import NAMES
from screenpop.history.past_counts import CountsAsked, IntervalSums

LONDON = Server(time_zone="Europe/London")
LONDON_ZONE = ZoneInfo(LONDON.time_zone)


class OneCallEachMorning(FakeCounts):
    """One call offered at 9:30 London time each day but on `closed` days."""

    def __init__(self, closed: str = "") -> None:
        super().__init__()
        self.closed = closed

    async def sums(
        self,
        asked: CountsAsked,
        starts: Sequence[int],
        group: str | None = None,
        names: Sequence[str] = NAMES,
    ) -> list[IntervalSums]:
        self.asked.append(asked)
        return [
            IntervalSums(
                interval_us=start,
                group=group or "",
                amounts={x: 1 for x in ("offered",) if x in names},
            )
            for start in starts
            if (at := datetime.fromtimestamp(start / 1e6, LONDON_ZONE)).strftime("%H%M")
            == "0930"
            and at.date().isoformat() != self.closed
        ]


@pytest.mark.parametrize("path", ["usual", "hours?number=offered", "places"])
async def test_charts_are_for_supervisors(house: Any, path: str) -> None:
    await house.sign_in("ana")
    join = "&" if "?" in path else "?"
    refused = await house.ask("GET", f"/v1/stats/{path}{join}from=2026-11-20")
    assert (refused.status, refused.json["error"]["code"]) == (403, "role")


async def test_a_band_is_of_the_same_weekdays_by_the_wall_clock(
    open_house: Any,
) -> None:
    counts = OneCallEachMorning(closed="2026-10-26")
    house = await open_house(counts=counts, server=LONDON)
    await house.sign_in("sue")
    path = "/v1/stats/usual?day=2026-11-09&by=60m&weeks=6&queue=sales"
    found = (await house.ask("GET", path)).json
    assert found["days"] == [
        "2026-11-02", "2026-10-19", "2026-10-12", "2026-10-05", "2026-09-28",
    ]  # fmt: skip
    assert found["left_out"] == ["2026-10-26"]
    rows = {row["start"][11:16]: row["values"] for row in found["rows"]}
    assert rows["09:00"]["offered"] == [1, 1, 1]  # before and after the clocks change
    assert rows["10:00"]["offered"] == [0, 0, 0]
    assert "service_level" not in rows["09:00"]
    assert all(asked.queues == ("sales",) for asked in counts.asked)


async def test_a_day_of_25_hours_has_a_band_for_each_of_them(open_house: Any) -> None:
    house = await open_house(counts=OneCallEachMorning(), server=LONDON)
    await house.sign_in("sue")
    path = "/v1/stats/usual?day=2026-10-25&by=60m&weeks=4"
    found = (await house.ask("GET", path)).json
    assert [row["start"][11:16] for row in found["rows"]][:4] == [
        "00:00", "01:00", "01:00", "02:00",
    ]  # fmt: skip
    assert [row["values"]["offered"][1] for row in found["rows"]] == (
        [0] * 10 + [1] + [0] * 14
    )


async def test_the_day_so_far_is_compared_with_days_until_the_same_time(
    open_house: Any,
) -> None:
    house = await open_house(counts=OneCallEachMorning(), server=LONDON)
    await house.sign_in("sue")
    today = datetime.fromtimestamp(house.clock.now_us() / 1e6, UTC)
    found = (await house.ask("GET", "/v1/stats/usual?weeks=4")).json
    assert found["day"] == today.date().isoformat()
    came = found["until"][11:16] > "09:30"
    assert found["so_far"]["offered"] == [float(came)] * 3


async def test_hours_of_the_week_name_the_intervals_they_are_made_of(
    open_house: Any,
) -> None:
    house = await open_house(counts=OneCallEachMorning(), server=LONDON)
    await house.sign_in("sue")
    path = "/v1/stats/hours?number=offered&from=2026-11-02&to=2026-11-16"
    found = (await house.ask("GET", path)).json
    assert len(found["cells"]) == 7 * 24
    assert {cell["hour"] for cell in found["cells"]} == set(range(24))
    refused = await house.ask("GET", path.replace("2026-11-02", "2025-11-02"))
    assert (refused.status, refused.json["error"]["code"]) == (400, "bad_query")


async def test_places_are_named_as_the_configuration_names_them(
    open_house: Any,
) -> None:
    house = await open_house(labels={"queue": {"sales": "Sales desk"}})
    await house.sign_in("sue")
    path = "/v1/stats/places?group=queue&from=2026-11-20&to=2026-11-21"
    (row, *_) = (await house.ask("GET", path)).json["rows"]
    assert (row["name"], row["label"]) == ("sales", "Sales desk")
    assert row["values"]["offered"] == 2
    answer = await house.ask("GET", path, headers={"Accept": "text/csv"})
    assert answer.body.decode().startswith("name,label,offered")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("usual?day=yesterday", "is not a date"),
        ("usual?day=9999-12-31", "out of range"),
        ("usual?by=day", "is not one of"),
        ("usual?weeks=99", "weeks"),
        ("hours?number=waiting&from=2026-11-20", "is not a number of the past"),
        ("places?from=2026-11-20&group=agent", "is not one of"),
    ],
)
async def test_what_a_chart_cannot_show_is_refused(
    house: Any, path: str, says: str
) -> None:
    await house.sign_in("sue")
    refused = await house.ask("GET", f"/v1/stats/{path}")
    assert refused.status == 400
    assert says in refused.json["error"]["message"]
