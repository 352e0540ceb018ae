"""What an agent looked at on a card becomes one record, when the card closes."""

from __future__ import annotations

from push_doubles import Browser, Floor


async def _talked() -> tuple[Floor, Browser]:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    floor.recommended("c-1", "tape")
    floor.tell("ended", "c-1")
    return floor, ana


async def _say(browser: Browser, **facets: list[str]) -> None:
    none: dict[str, list[str]] = {"in_view": [], "opened": [], "unopened": []}
    await browser.send("seen", call_id="c-1", **{**none, **facets})


async def test_a_card_becomes_one_record_however_often_it_is_said() -> None:
    floor, ana = await _talked()
    facets = ["recommendations"]
    await _say(ana, in_view=facets, opened=facets)
    await _say(ana, unopened=facets)
    first, second = (x for x in floor.journal if x.action == "seen")
    assert first.data == {
        "in_view": "recommendations", "opened": "recommendations", "unopened": "",
    }  # fmt: skip
    assert first.action_id == second.action_id  # the journal takes the first alone


async def test_what_is_not_on_the_card_is_refused() -> None:
    floor, ana = await _talked()
    await _say(ana, opened=["diary"])
    assert ana.frames[-1]["code"] == "bad_facets"
    assert [x.action for x in floor.journal].count("seen") == 0


async def test_who_did_not_talk_has_nothing_to_say() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    floor.recommended("c-1", "tape")
    await _say(ana, in_view=["recommendations"])
    assert ana.frames[-1]["code"] == "not_answered"
