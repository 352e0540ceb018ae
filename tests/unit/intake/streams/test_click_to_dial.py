"""Click-to-dial: the switch rings the agent first, then the customer, who is shown.

`Originate Channel=PJSIP/1002 Exten=+442079460963`, in the words of
the recordings: a device that is dialled begins in the state Down, at the extension `s`,
under the number that `CallerID` gives it.
"""

from __future__ import annotations

import pytest
from asterisk_switch import DOWN, RING, UP, Switch
from streams_doubles import NOON_US, book_of
from unit.intake.streams.test_freeswitch_events import created, fold

from screenpop.domain.call import Direction, LegState, Outcome, Phase

AGENT, CUSTOMER = "1002", "+442079460963"
TRUNK = "PJSIP/trunk-00000009"
EXTEN = {"Context": "from-internal", "Exten": CUSTOMER}


def originated(shown: str = "<unknown>", exten: str = "s") -> Switch:
    """The agent's telephone rings and is picked up."""
    switch = Switch()
    switch.begins("8.0", "PJSIP/1002-00000008", shown, DOWN, Exten=exten)
    switch.say("DialBegin", **switch.of("8.0", "Dest"), DialString="1002")
    switch.channels["8.0"]["ChannelState"] = "5"
    switch.say("Newstate", **switch.of("8.0"))
    switch.up("8.0")
    switch.say("DialEnd", **switch.of("8.0", "Dest"), DialStatus="ANSWER")
    return switch


def goes_out(switch: Switch, exten: dict[str, str] | None = None) -> None:
    switch.channels["8.0"] |= EXTEN if exten is None else exten
    app = {"Application": "Dial", "AppData": f"PJSIP/{CUSTOMER}@trunk"}
    switch.say("Newexten", **switch.of("8.0"), **app)
    switch.begins("8.9", TRUNK, "<unknown>", DOWN, "8.0", Exten="s")
    both = {**switch.of("8.0"), **switch.of("8.9", "Dest")}
    switch.say("DialBegin", **both, DialString=f"{CUSTOMER}@trunk")


def is_answered(switch: Switch, *devices: str) -> None:
    switch.up("8.9")
    switch.dialled("8.0", "8.9")
    switch.meet("b", *(devices or ("8.0",)), "8.9")


def assert_the_customer_is_shown(switch: Switch) -> None:
    call = switch.call("8.0")
    assert (call.direction, call.dialled, call.caller) == (
        Direction.OUTBOUND,
        CUSTOMER,
        AGENT,
    )
    assert {event.direction for event in switch.events} == {Direction.OUTBOUND}
    assert {event.dialled for event in switch.events} == {CUSTOMER}


@pytest.mark.parametrize("shown", ["<unknown>", "", AGENT, CUSTOMER, "02079460963"])
def test_the_card_shows_the_customer_whatever_the_caller_id_says(shown: str) -> None:
    switch = originated(shown)
    assert switch.events == []  # nobody is reached, a feature code looks the same
    goes_out(switch)
    assert_the_customer_is_shown(switch)
    assert [e.type for e in switch.events] == ["arrived", "alerting"]
    is_answered(switch)
    assert switch.legs("8.0") == [(AGENT, LegState.ANSWERED, None)]
    switch.hangs_up("8.9")
    switch.hangs_up("8.0")
    call = switch.call("8.0")
    assert (call.phase, call.outcome) == (Phase.ENDED, Outcome.COMPLETED)
    assert_the_customer_is_shown(switch)
    assert len(switch.fold.board.calls) == 0


@pytest.mark.parametrize("exten", ["", "s", AGENT])
def test_the_agents_own_extension_is_not_who_is_called(exten: str) -> None:
    switch = originated(exten=exten)
    goes_out(switch)
    assert_the_customer_is_shown(switch)


@pytest.mark.parametrize("shown", ["<unknown>", CUSTOMER])
def test_an_application_without_an_extension_shows_what_is_dialled(shown: str) -> None:
    """`Application=Dial Data=PJSIP/+44…@trunk` has no extension at all."""
    switch = originated(shown)
    goes_out(switch, {"Exten": ""})
    is_answered(switch)
    assert_the_customer_is_shown(switch)


def by_local_channels(shown: str = "<unknown>") -> Switch:
    """`Channel=Local/1002@from-internal`, as FreePBX does it."""
    switch = Switch()
    name = "Local/1002@from-internal-00000007"
    switch.begins("8.0", f"{name};1", shown, DOWN, Exten="s")
    switch.begins("8.1", f"{name};2", shown, RING, "8.0", Exten="1002")
    switch.say("LocalBridge", **switch.of("8.0", "LocalOne"))
    switch.say("DialBegin", **switch.of("8.0", "Dest"), DialString="1002@from-internal")
    switch.begins("8.2", "PJSIP/1002-00000008", AGENT, DOWN, "8.0", Exten="s")
    switch.dials("8.1", "8.2")
    switch.up("8.2")
    switch.dialled("8.1", "8.2")
    switch.meet("b2", "8.2", "8.1")
    switch.up("8.0")
    switch.say("DialEnd", **switch.of("8.0", "Dest"), DialStatus="ANSWER")
    return switch


@pytest.mark.parametrize("shown", ["<unknown>", AGENT, CUSTOMER])
def test_local_channels_in_between_change_nothing(shown: str) -> None:
    switch = by_local_channels(shown)
    assert switch.events == []
    goes_out(switch)
    assert_the_customer_is_shown(switch)
    is_answered(switch)
    switch.say("LocalOptimizationEnd", **switch.of("8.0", "LocalOne"))
    switch.parts("b", "8.0")
    switch.parts("b2", "8.1")
    switch.meet("b", "8.2")
    for uid in ("8.1", "8.0"):
        switch.say("Hangup", **switch.of(uid))
    assert switch.legs("8.0") == [(AGENT, LegState.ANSWERED, None)]
    switch.say("Hold", **switch.of("8.2"))
    assert switch.legs("8.0") == [(AGENT, LegState.HELD, None)]
    switch.hangs_up("8.9")
    switch.hangs_up("8.2")
    call = switch.call("8.0")
    assert (call.phase, call.outcome) == (Phase.ENDED, Outcome.COMPLETED)
    assert_the_customer_is_shown(switch)


def test_an_agent_who_does_not_pick_up_has_no_call() -> None:
    switch = Switch()
    switch.begins("8.0", "PJSIP/1002-00000008", CUSTOMER, DOWN, Exten="s")
    switch.say("DialBegin", **switch.of("8.0", "Dest"), DialString="1002")
    switch.say("DialEnd", **switch.of("8.0", "Dest"), DialStatus="NOANSWER")
    switch.hangs_up("8.0")
    assert switch.events == []
    assert not switch.fold.board.calls


def test_a_customer_who_does_not_answer_was_called_and_not_talked_to() -> None:
    switch = originated()
    goes_out(switch)
    switch.dialled("8.0", "8.9", "NOANSWER")
    switch.hangs_up("8.9")
    switch.hangs_up("8.0")
    call = switch.call("8.0")
    assert call.phase is Phase.ENDED
    assert not any(leg.talked for leg in call.legs)
    assert_the_customer_is_shown(switch)


def test_a_colleague_who_is_clicked_is_called_within_the_house() -> None:
    switch = originated(CUSTOMER)
    switch.channels["8.0"] |= {"Exten": "1003"}
    switch.begins("8.3", "PJSIP/1003-0000000a", "1003", DOWN, "8.0", Exten="s")
    switch.dials("8.0", "8.3")
    switch.dialled("8.0", "8.3")
    call = switch.call("8.0")
    assert (call.direction, call.caller, call.dialled) == (
        Direction.INTERNAL,
        AGENT,
        "1003",
    )
    assert switch.legs("8.0") == [("1003", LegState.ANSWERED, None)]


def test_a_call_found_after_a_gap_shows_the_customer_too() -> None:
    """The lists show the agent's channel under the customer's number."""
    switch = Switch()
    rows = [
        {"Uniqueid": "8.0", "Linkedid": "8.0", "Channel": "PJSIP/1002-00000008",
         "CallerIDNum": CUSTOMER, "Exten": CUSTOMER, "ChannelState": UP,
         "Application": "Dial", "BridgeId": "b"},
        {"Uniqueid": "8.9", "Linkedid": "8.0", "Channel": TRUNK,
         "CallerIDNum": "<unknown>", "Exten": "", "ChannelState": UP,
         "Application": "AppDial", "BridgeId": "b"},
    ]  # fmt: skip
    switch.fold.ask()
    for row in rows:
        switch.say("CoreShowChannel", **row)
    switch.events += switch.fold.channels_listed([], switch.now_us)
    assert_the_customer_is_shown(switch)
    assert switch.legs("8.0") == [(AGENT, LegState.ANSWERED, None)]


@pytest.mark.parametrize("shown", ["", AGENT, CUSTOMER])
def test_a_freeswitch_that_originates_shows_the_customer_too(shown: str) -> None:
    """`originate user/1002 &bridge(sofia/gateway/trunk/+44…)`."""
    agent, trunk = "user/1002", f"sofia/external/{CUSTOMER}"
    a = {"Call-Direction": "outbound", "Channel-Call-UUID": "a"}
    b = {**a, "Other-Leg-Unique-ID": "a", "Caller-Destination-Number": CUSTOMER}
    a["Caller-Destination-Number"] = AGENT
    story = [
        ("CHANNEL_CREATE", "a", agent, a),
        ("CHANNEL_ANSWER", "a", agent, {**a, "Answer-State": "answered"}),
        ("CHANNEL_CREATE", "b", trunk, b),
        ("CHANNEL_ANSWER", "b", trunk, b),
        ("CHANNEL_BRIDGE", "a", agent, {**a, "Other-Leg-Unique-ID": "b"}),
    ]
    switch, events = fold(), []
    for kind, uid, name, more in story:
        told = {**created(uid, name, shown, **more), "Event-Name": kind}
        events += switch.decode(told, NOON_US)
    (call,) = book_of(events)
    assert (call.direction, call.dialled, call.caller) == (
        Direction.OUTBOUND,
        CUSTOMER,
        AGENT,
    )
    assert [(leg.agent, leg.state) for leg in call.legs] == [(AGENT, "answered")]
