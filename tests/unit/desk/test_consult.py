"""A colleague who is asked sees who asks and what was written; the asker sees whom."""

from __future__ import annotations

from typing import Any

from push_doubles import Browser, Floor

from screenpop.domain.agent import AgentPrivacy, Role
from screenpop.domain.call import CallId, Direction

CUSTOMER = "+442079460958"


async def talking(floor: Floor) -> tuple[Browser, Browser]:
    """Ana talks with the customer in c-1."""
    ana, ben = await floor.sign_in("ana"), await floor.sign_in("ben")
    floor.tell("alerting", "c-1", "1001", caller=CUSTOMER)
    floor.tell("answered", "c-1", "1001")
    return ana, ben


def asks(floor: Floor, kind: str = "alerting") -> None:
    """Ana calls Ben about c-1."""
    floor.tell(
        kind,
        "c-2",
        "1002",
        caller="1001",
        direction=Direction.INTERNAL,
        related_call_id=CallId("c-1"),
    )


def consult(browser: Browser, call_id: str) -> Any:
    """What the browser shows of a consultation on the card of a call."""
    for frame in reversed(browser.frames):
        if frame.get("call_id") == call_id and "consult" in frame:
            return frame["consult"]
        if frame.get("call_id") == call_id and frame["frame"] == "pop.closed":
            return None  # the page shows none any more
    return None


async def test_a_consultation_says_who_asks_and_brings_what_they_wrote() -> None:
    floor = Floor()
    ana, ben = await talking(floor)
    await ana.send("note", call_id="c-1", text="pays on Monday", id="n1")
    asks(floor)
    [pop] = ben.named("pop.opened")
    assert pop["consult"] == {"role": "asked", "agents": ["Ana"], "state": "answered"}
    assert [each["text"] for each in pop["handover"]] == ["pays on Monday"]
    await ana.send("note", call_id="c-1", text="pays on Tuesday", id="n2")
    await ana.send("disposition", call_id="c-1", code="sold", id="d1")
    [handed] = ben.frames[-1]["handover"]
    assert (handed["text"], handed["disposition"]) == ("pays on Tuesday", "sold")


async def test_who_asks_sees_whom_and_whether_they_talk() -> None:
    floor = Floor()
    ana, ben = await talking(floor)
    asks(floor)
    assert consult(ana, "c-1") == {
        "role": "asks", "agents": ["Ben"], "state": "alerting",
    }  # fmt: skip
    asks(floor, "answered")
    assert consult(ana, "c-1")["state"] == "answered"
    await ben.send("note", call_id="c-2", text="ten per cent at most", id="n1")
    assert ana.frames[-1]["handover"][0]["text"] == "ten per cent at most"
    floor.tell("ended", "c-2")
    assert consult(ana, "c-1") is None


async def test_after_the_transfer_there_is_no_consultation_any_more() -> None:
    floor = Floor()
    ana, ben = await talking(floor)
    asks(floor, "answered")
    floor.tell("transferred", "c-1", "1002", from_agent="1001", target="1002")
    assert consult(ben, "c-2") is None
    floor.tell("ended", "c-2")
    floor.tell("answered", "c-1", "1002")
    assert consult(ben, "c-1") is None
    assert consult(ana, "c-1") is None


async def test_a_leg_of_the_customers_call_is_a_consultation_while_it_is_held() -> None:
    floor = Floor()
    ana, ben = await talking(floor)
    floor.tell("held", "c-1", "1001")
    floor.tell("alerting", "c-1", "1002")
    assert consult(ben, "c-1")["agents"] == ["Ana"]
    assert consult(ana, "c-1")["agents"] == ["Ben"]
    floor.tell("answered", "c-1", "1002")
    assert consult(ben, "c-1")["role"] == "asked"
    floor.tell("resumed", "c-1", "1001")  # a conference of three
    assert consult(ben, "c-1") is None
    assert consult(ana, "c-1") is None


async def test_a_group_that_rings_is_not_a_consultation() -> None:
    floor = Floor()
    ana, ben = await floor.sign_in("ana"), await floor.sign_in("ben")
    floor.tell("alerting", "c-1", "1001", "1002", caller=CUSTOMER)
    floor.tell("answered", "c-1", "1001")
    assert consult(ana, "c-1") is None
    assert consult(ben, "c-1") is None


async def test_a_call_that_is_linked_late_becomes_a_consultation_then() -> None:
    floor = Floor()
    ana, ben = await floor.sign_in("ana"), await floor.sign_in("ben")
    asks(floor)
    assert consult(ben, "c-2") is None
    floor.tell("answered", "c-1", "1001", caller=CUSTOMER)
    assert consult(ben, "c-2")["agents"] == ["Ana"]
    assert consult(ana, "c-1")["agents"] == ["Ben"]


async def test_who_asks_is_not_named_where_privacy_forbids_it() -> None:
    floor = Floor()
    floor.desk.directory.privacy = AgentPrivacy(live=Role.SUPERVISOR)
    _, ben = await talking(floor)
    asks(floor)
    assert consult(ben, "c-2") == {"role": "asked", "agents": [], "state": "answered"}


async def test_a_consultation_is_there_again_after_a_reload() -> None:
    floor = Floor()
    _, ben = await talking(floor)
    asks(floor)
    again = await floor.sign_in("ben", after=0)
    [pop] = again.named("resync")[0]["pops"]
    assert pop["consult"] == consult(ben, "c-2")
