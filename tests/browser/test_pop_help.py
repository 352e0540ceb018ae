"""A supervisor asks whether the pop helps, and by how much."""

from __future__ import annotations

import random
from pathlib import Path

from browser.axe import violations
from browser.company import ADA
from browser.desk import WITHIN_MS
from browser.house import House, open_house
from browser.test_reports import looks_right, open_reports
from msgspec.structs import replace
from playwright.async_api import Browser, expect
from unit.history import history

from screenpop.domain.call import AgentId, AgentLeg, LegState, Outcome, UserId
from screenpop.history.archive import Archive
from screenpop.history.batch import (
    Batch,
    CallState,
    CustomerOfCall,
    ReceiptOfPop,
    ShownInCall,
)

S = 1_000_000


def cards(now_us: int, count: int) -> Batch:
    """Calls of yesterday, of known customers more often in sales than in support."""
    rng = random.Random(3)
    calls: list[CallState] = []
    receipts: list[ReceiptOfPop] = []
    shown: list[ShownInCall] = []
    customers: list[CustomerOfCall] = []
    for n in range(count):
        at_us = now_us - (24 * 3600 + n * 60) * S
        key, queue = history.key(f"c-{n}"), rng.choice(["sales", "support"])
        known = rng.random() < (0.8 if queue == "sales" else 0.4)
        answered_us = at_us + rng.randint(2, 20) * S
        talk_s = rng.lognormvariate(5 if known else 5.2, 0.4)
        leg = AgentLeg(
            agent=AgentId("1001"),
            state=LegState.RELEASED,
            alerting_us=at_us,
            answered_us=answered_us,
            released_us=answered_us + round(talk_s * S),
            people=(UserId("ana"),),
        )
        calls.append(
            history.state(
                f"c-{n}", arrived_us=at_us, first_alerting_us=at_us, legs=(leg,),
                answered_us=answered_us, ended_us=leg.released_us, queue=queue,
                outcome=Outcome.COMPLETED,
            )
        )  # fmt: skip
        pop_ms = rng.lognormvariate(4, 0.5)
        receipts.append(
            replace(
                history.receipt(f"r-{n}"), key=key, painted_ms=pop_ms / 5,
                at_us=at_us + round(pop_ms * 1000), ring_to_pop_ms=pop_ms,
            )
        )  # fmt: skip
        states = {"credit": "ok", "orders": rng.choice(["ok", "empty", "timed_out"])}
        answers = tuple(
            history.answer(
                facet, facet=facet, state=state,
                agents={"1001": at_us + rng.randint(50, 4_000) * 1000},
            )
            for facet, state in states.items()
        )  # fmt: skip
        shown.append(ShownInCall(key=key, at_us=at_us, answers=answers))
        if known:
            customers.append(history.customer(key=key))
    return history.batch(
        calls=calls, receipts=receipts, shown=shown, customers=customers
    )


async def test_cards_and_handle_times_stand_next_to_each_other(house: House) -> None:
    service = house.service
    batch = cards(service.clock.now_us(), 400)
    await Archive(service.past.database).write(batch)
    tab = await open_reports(house, "sue", "?view=pops")
    await tab.sees("400 calls from outside")
    await tab.sees("Match rate")
    await tab.sees("Whole card")
    await tab.sees("Not a proof", within=".handle-times")
    await tab.sees("Compare within a queue", within=".handle-times")
    rows = tab.part(".handle-times tbody tr")
    assert await rows.count() == 3
    await looks_right(tab)
    assert tab.complaints == []


async def test_without_a_call_it_says_so(house: House) -> None:
    tab = await open_reports(house, "sue", "?view=pops&from=2020-01-01&to=2020-01-02")
    await tab.sees("No call rang at an agent in this time.")
    assert await violations(tab) == []


async def test_how_calls_ended_opens_the_calls_of_a_row(house: House) -> None:
    service = house.service
    await Archive(service.past.database).write(cards(service.clock.now_us(), 30))
    tab = await open_reports(house, "sue", "?from=2020-01-01&to=2020-01-02")
    await tab.sees("No calls in this time.", within=".by-kind")
    await tab.button("28 days").click()
    await tab.button("Customer").click()
    row = tab.part(".by-kind tbody tr").filter(has_text="Known customer")
    count = int(await row.locator("td").first.inner_text())
    await row.get_by_role("button").first.click()
    rows = tab.part(".call-list tbody tr")
    await expect(rows).to_have_count(count, timeout=WITHIN_MS)
    await tab.sees("Known customer.", within=".call-list")
    assert await violations(tab) == []
    assert tab.complaints == []


async def test_a_facet_nobody_unfolds_is_never_opened(
    tmp_path: Path, chromium: Browser
) -> None:
    layout = {"queues": ["sales"], "facets": [{"facet": "balance"}]}
    async with open_house(tmp_path, chromium, desk={"layouts": [layout]}) as house:
        desk = await house.open_desk("ana")
        for turn in range(2):
            call_id = await house.ring("ana", caller=ADA, queue="sales")
            await house.answer(call_id, "ana")
            await desk.card_of("Ada Byron")
            await desk.facet_says("balance", "£")
            if turn:
                await desk.part(".more-facets > summary").click()
                terms = desk.part('.more-facets [data-facet="credit_terms"]')
                await terms.scroll_into_view_if_needed()
                await desk.page.wait_for_timeout(300)
            await house.hang_up(call_id)
            await desk.button("Finish").click()
            await desk.has_no_card()
        await house.archived()
        day = (await house.get("sue", "/v1/stats"))["day"]
        told = await house.get("sue", f"/v1/stats/pops?from={day}")
        looks = {each["facet"]: each["looks"] for each in told["facets"]}
        assert looks["balance"]["always_in_view"]
        assert looks["balance"]["calls"] == 2
        assert not looks["credit_terms"]["always_in_view"]
        assert looks["credit_terms"]["opened"] == 1
        assert looks["credit_terms"]["never_opened_rate"] == 0.5
        tab = await open_reports(house, "sue", f"?view=pops&from={day}&to={day}")
        await tab.sees("always in view")
        row = tab.part(".by-block tbody tr").filter(has_text="Credit terms")
        await expect(row.locator("td").last).to_contain_text("50")
        await looks_right(tab)
