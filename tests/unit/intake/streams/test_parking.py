"""A parked call goes on without an agent until somebody retrieves it."""

from __future__ import annotations

from asterisk_switch import CUSTOMER, RING, Switch
from streams_doubles import NOON_US, ari_fold, book_of
from unit.intake.streams.test_freeswitch_events import created, fold

from screenpop.domain.call import (
    CallEvent,
    EventType,
    LegState,
    Outcome,
    Phase,
    Release,
)
from screenpop.intake.streams.ari_events import AriEvents

LOT = {"Parkinglot": "default", "ParkingSpace": "701", "ParkingTimeout": "45"}


def parked() -> Switch:
    """1001 talked with the customer and parked the call."""
    switch = Switch()
    switch.calls("1001", "1.1")
    switch.parts("b1", "1.0", "1.1")
    switch.say(
        "ParkedCall", **switch.of("1.0", "Parkee"), ParkerDialString="PJSIP/1001", **LOT
    )
    switch.hangs_up("1.1")
    return switch


def types(events: list[CallEvent]) -> list[str]:
    return [event.type for event in events]


def test_a_parked_call_goes_on_without_the_agent_who_parked_it() -> None:
    switch = parked()
    last = switch.events[-1]
    assert (last.type, last.agents) == (EventType.PARKED, ("1001",))
    call = switch.call()
    assert call.phase is not Phase.ENDED
    assert call.parked_us is not None
    assert switch.legs() == [("1001", LegState.RELEASED, Release.LEFT)]


def test_a_colleague_retrieves_it_and_talks_with_the_customer() -> None:
    switch = parked()
    switch.begins("3.0", "PJSIP/1002-00000005", "1002", RING, Exten="701")
    switch.up("3.0")
    both = {**switch.of("1.0", "Parkee"), **switch.of("3.0", "Retriever")}
    switch.say("UnParkedCall", **both, ParkerDialString="PJSIP/1001", **LOT)
    assert (switch.events[-1].type, switch.events[-1].agents) == (
        "retrieved",
        ("1002",),
    )
    switch.meet("b7", "3.0", "1.0")
    assert switch.events[-1].type == "retrieved"  # once
    assert switch.legs()[1] == ("1002", LegState.ANSWERED, None)
    assert switch.call().parked_us is None
    switch.hangs_up("1.0")
    switch.hangs_up("3.0")
    call = switch.call()
    assert (call.phase, call.outcome, call.caller) == (
        Phase.ENDED,
        Outcome.COMPLETED,
        CUSTOMER,
    )
    assert [c.call_id for c in book_of(switch.events)] == ["1.0"]


def test_a_caller_who_gives_up_ends_the_call() -> None:
    switch = parked()
    switch.say("ParkedCallGiveUp", **switch.of("1.0", "Parkee"), **LOT)
    switch.say("Hangup", **switch.of("1.0"))
    assert switch.call().phase is Phase.ENDED


def test_a_call_that_nobody_retrieves_rings_who_parked_it() -> None:
    switch = parked()
    switch.say(
        "ParkedCallTimeOut", **switch.of("1.0", "Parkee"), ParkerDialString="x", **LOT
    )
    switch.begins("4.0", "PJSIP/1001-00000009", "1001", "0", "1.0")
    switch.dials("1.0", "4.0")
    assert types(switch.events)[-1] == "alerting"
    switch.dialled("1.0", "4.0")
    switch.meet("b9", "4.0", "1.0")
    assert switch.legs()[-1][:2] == ("1001", LegState.ANSWERED)
    assert switch.call().parked_us is None


def test_a_channel_that_nobody_knows_parks_nothing() -> None:
    switch = Switch()
    switch.say("ParkedCall", ParkeeUniqueid="9.9", ParkeeChannel="", **LOT)
    switch.say("UnParkedCall", ParkeeUniqueid="9.9", RetrieverUniqueid="9.8", **LOT)
    switch.say("ParkedCallGiveUp", **LOT)
    assert switch.events == []


def frame(kind: str, uid: str, name: str, **more: object) -> dict[str, object]:
    channel = {"id": uid, "name": name, "state": "Up", "caller": {"number": CUSTOMER}}
    return {"type": kind, "channel": channel, **more}


def test_the_ari_shows_it_by_the_bridge_of_a_parking_lot() -> None:
    ari: AriEvents = ari_fold()
    lot = {"id": "p", "bridge_class": "parking", "bridge_type": "holding"}
    frames = [
        frame("ChannelCreated", "1.0", "PJSIP/trunk-00000001"),
        frame("ChannelStateChange", "1.0", "PJSIP/trunk-00000001"),
        frame("ChannelEnteredBridge", "1.0", "PJSIP/trunk-00000001", bridge=lot),
    ]
    events = [e for each in frames for e in ari.decode(each, NOON_US)]
    assert types(events) == ["arrived", "parked"]


def test_a_freeswitch_shows_it_by_mod_valet_parking() -> None:
    switch = fold()
    customer, agent = "sofia/external/0207@203.0.113.7", "user/1003"
    valet = {"Event-Name": "CUSTOM", "Event-Subclass": "valet_parking::info"}
    told = [
        created("a", customer, CUSTOMER),
        {**valet, "Action": "hold", "Unique-ID": "a", "Channel-Name": customer,
         "Channel-Call-UUID": "a"},
        created("c", agent, "1003"),
        {**valet, "Action": "bridge", "Unique-ID": "c", "Channel-Name": agent,
         "Bridge-To-UUID": "a"},
        {**valet, "Action": "exit", "Unique-ID": "a", "Channel-Name": customer},
    ]  # fmt: skip
    events = [e for each in told for e in switch.decode(each, NOON_US)]
    assert types(events) == ["arrived", "parked", "retrieved"]
    assert events[-1].agents == ("1003",)
