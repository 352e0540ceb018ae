"""The customer's call survives every transfer; a colleague is never the customer.

Scripted from Asterisk's source and published captures: REFER with Replaces between
two bridges, the same while the target still rings, the features' own transfer over a
Local channel, pick-up, calls out.
"""

from __future__ import annotations

from asterisk_switch import CUSTOMER, DOWN, RING, Switch
from streams_doubles import a_line, book_of

from screenpop.domain.call import LegState, Phase, Release
from screenpop.intake.streams.ami_events import AmiEvents
from screenpop.intake.streams.members import AgentNames


def consulting() -> Switch:
    """The customer waits; 1001 talks to 1003."""
    switch = Switch()
    switch.calls("1001", "1.1")
    switch.consults("1001", "2.0", "1003", "2.1")
    switch.dialled("2.0", "2.1")
    switch.meet("b2", "2.1", "2.0")
    return switch


def test_a_consultation_is_a_call_of_its_own_that_names_the_customers() -> None:
    switch = consulting()
    consultation = switch.call("2.0")
    assert (consultation.direction, consultation.caller) == ("internal", "1001")
    assert consultation.related_call_ids == ("1.0",)
    assert book_of(switch.events).with_customer(consultation).caller == CUSTOMER
    assert switch.call().caller == CUSTOMER
    assert switch.legs() == [("1001", LegState.HELD, None)]


def test_an_attended_transfer_gives_the_customers_call_to_the_colleague() -> None:
    switch = consulting()
    switch.channels["2.1"]["Linkedid"] = "1.0"  # the older call's, from now on
    switch.parts("b2", "2.1")
    switch.meet("b1", "2.1")
    switch.parts("b1", "1.1")
    switch.transfers("1.1", "2.0")
    switch.hangs_up("1.1")
    switch.hangs_up("2.0")
    assert switch.call().caller == CUSTOMER
    assert switch.call().phase is Phase.ANSWERED
    assert switch.legs() == [
        ("1001", LegState.RELEASED, Release.TRANSFERRED),
        ("1003", LegState.ANSWERED, None),
    ]
    assert switch.call("2.0").phase is Phase.ENDED
    assert switch.call("2.0").related_call_ids == ("1.0",)
    switch.hangs_up("1.0")
    switch.hangs_up("2.1")
    assert switch.call().outcome == "completed"
    assert switch.fold.board.channels == {}
    assert switch.fold.board.calls == {}


def test_it_may_be_the_customer_who_changes_the_bridge() -> None:
    switch = consulting()
    switch.meet("b2", "1.0")
    switch.parts("b2", "2.0")
    switch.transfers("1.1", "2.0")
    switch.hangs_up("2.0")
    switch.hangs_up("1.1")
    assert switch.call().caller == CUSTOMER
    assert ("1003", LegState.ANSWERED, None) in switch.legs()
    assert ("1001", LegState.RELEASED, Release.TRANSFERRED) in switch.legs()
    assert switch.call("2.0").phase is Phase.ENDED


def test_a_transfer_while_the_colleague_still_rings() -> None:
    switch = Switch()
    switch.calls("1001", "1.1")
    switch.consults("1001", "2.0", "1003", "2.1")
    switch.transfers("1.1", "2.0")
    switch.hangs_up("1.1")
    assert switch.legs() == [
        ("1001", LegState.RELEASED, Release.TRANSFERRED),
        ("1003", LegState.ALERTING, None),
    ]
    switch.dialled("2.0", "2.1")
    switch.meet("b1", "2.1")
    assert ("1003", LegState.ANSWERED, None) in switch.legs()
    assert switch.call().caller == CUSTOMER


def test_a_consultation_without_a_transfer_leaves_the_customers_call_alone() -> None:
    switch = consulting()
    switch.hangs_up("2.0")
    switch.hangs_up("2.1")
    switch.say("Unhold", **switch.of("1.1"))
    assert switch.call("2.0").phase is Phase.ENDED
    assert switch.legs() == [("1001", LegState.ANSWERED, None)]


def test_a_transfer_of_the_pbxs_own_features_stays_in_one_call() -> None:
    """The consultation goes over a Local channel and carries the customer's id."""
    switch = Switch()
    switch.calls("1001", "1.1")
    for half, name in (("1.2", ";1"), ("1.3", ";2")):
        switch.begins(half, f"Local/1003@xfer-0000001a{name}", "1003", DOWN, "1.0")
    switch.dials("1.1", "1.2")
    switch.begins("1.4", "PJSIP/1003-00000009", "1003", DOWN, "1.0")
    switch.dials("1.3", "1.4")
    switch.dialled("1.3", "1.4")
    switch.dialled("1.1", "1.2")
    switch.transfers("1.1", "1.1")
    switch.hangs_up("1.1")
    for half in ("1.2", "1.3"):
        switch.hangs_up(half)  # optimised away
    assert switch.legs() == [
        ("1001", LegState.RELEASED, Release.TRANSFERRED),
        ("1003", LegState.ANSWERED, None),
    ]
    told = [e.type.value for e in switch.events if "1003" in e.agents]
    assert told == ["alerting", "answered"]


def test_a_blind_transfer_that_failed_changes_nothing() -> None:
    switch = Switch()
    switch.calls("1001", "1.1")
    fields = switch.of("1.1", "Transferer")
    switch.say("BlindTransfer", **fields, Result="Fail", Extension="1003")
    assert switch.legs() == [("1001", LegState.ANSWERED, None)]


def test_a_quick_transfer_rings_the_colleague() -> None:
    """Half a second after the answer; no time of the switch is given."""
    switch = Switch()
    switch.calls("1001", "1.1")
    fields = switch.of("1.1", "Transferer")
    switch.say("BlindTransfer", **fields, Result="Success", Extension="1003")
    switch.hangs_up("1.1")
    switch.begins("1.5", "PJSIP/1003-0000000b", "1003", DOWN, "1.0")
    switch.dials("1.0", "1.5")
    assert switch.legs()[-1] == ("1003", LegState.ALERTING, None)


def test_a_colleague_picks_up_a_ringing_call() -> None:
    """Their channel takes the ringing one's place, and its name."""
    switch = Switch()
    switch.begins("1.0", "PJSIP/trunk-00000001", CUSTOMER, RING, Exten="+442079460101")
    switch.begins("1.1", "PJSIP/1001-00000002", "1001", DOWN, "1.0")
    switch.dials("1.0", "1.1")
    switch.channels["1.1"]["Channel"] = "PJSIP/1002-00000003"
    switch.dialled("1.0", "1.1")
    assert switch.legs() == [
        ("1001", LegState.RELEASED, Release.ANSWERED_ELSEWHERE),
        ("1002", LegState.ANSWERED, None),
    ]


def test_a_parked_call_is_the_customers_for_who_takes_it() -> None:
    switch = Switch()
    switch.calls("1001", "1.1")
    switch.parts("b1", "1.0", "1.1")
    switch.hangs_up("1.1")
    switch.begins("3.0", "PJSIP/1002-00000007", "1002", RING, Exten="701")
    switch.meet("b3", "1.0", "3.0")
    assert switch.legs()[-1] == ("1002", LegState.ANSWERED, None)
    assert [call.call_id for call in book_of(switch.events)] == ["1.0"]


def test_an_agent_calls_a_customer() -> None:
    switch = Switch()
    switch.begins("4.0", "PJSIP/1001-00000001", "1001", RING, Exten="02079460999")
    switch.begins("4.1", "PJSIP/trunk-00000002", "02079460999", DOWN, "4.0")
    switch.dials("4.0", "4.1")
    assert switch.legs("4.0") == [("1001", LegState.ALERTING, None)]
    switch.dialled("4.0", "4.1")
    call = switch.call("4.0")
    assert (call.direction, call.customer_text) == ("outbound", "+442079460999")
    assert switch.legs("4.0") == [("1001", LegState.ANSWERED, None)]
    switch.hangs_up("4.1")
    switch.hangs_up("4.0")
    assert switch.call("4.0").outcome == "completed"


def test_a_feature_code_is_no_call() -> None:
    switch = Switch()
    switch.begins("5.0", "PJSIP/1003-00000001", "1003", RING, Exten="*52")
    switch.up("5.0")
    switch.hangs_up("5.0")
    assert switch.events == []
    assert switch.fold.board.calls == {}


def test_a_member_behind_a_local_channel_is_one_agent_with_one_leg() -> None:
    """Queue members as FreePBX writes them, the agent's mobile over a trunk."""
    switch = Switch()
    switch.begins("1.0", "PJSIP/trunk-00000001", CUSTOMER, RING, Exten="+442079460100")
    switch.say("QueueCallerJoin", **switch.of("1.0"), Queue="sales")
    for half, name in (("1.1", ";1"), ("1.2", ";2")):
        switch.begins(half, f"Local/1001@from-queue-0000001a{name}", "", DOWN, "1.0")
    both = {**switch.of("1.0"), **switch.of("1.1", "Dest")}
    member = {"Queue": "sales", "Interface": "Local/1001@from-queue/n"}
    switch.say("AgentCalled", **both, **member)
    switch.dials("1.0", "1.1")
    switch.begins("1.3", "PJSIP/trunk-0000000c", "07700900123", DOWN, "1.0")
    switch.dials("1.2", "1.3")
    switch.dialled("1.2", "1.3")
    switch.dialled("1.0", "1.1")
    switch.hangs_up("1.1")
    switch.hangs_up("1.2")
    assert switch.legs() == [("1001", LegState.ANSWERED, None)]
    switch.hangs_up("1.3")
    assert switch.legs() == [("1001", LegState.RELEASED, Release.LEFT)]
    told = [e.type.value for e in switch.events if e.leg_id is not None]
    assert told == ["alerting", "answered", "ended"]


def test_two_devices_of_one_agent_are_one_leg() -> None:
    switch = Switch()
    switch.begins("1.0", "PJSIP/trunk-00000001", CUSTOMER, RING, Exten="+442079460101")
    for uid, name in (("1.1", "PJSIP/1001-00000002"), ("1.2", "SIP/1001-00000003")):
        switch.begins(uid, name, "1001", DOWN, "1.0")
        switch.dials("1.0", uid)
    switch.dialled("1.0", "1.1", "BUSY")
    assert switch.legs() == [("1001", LegState.ALERTING, None)]
    switch.dialled("1.0", "1.2", "NOANSWER")
    assert switch.legs() == [("1001", LegState.RELEASED, Release.UNANSWERED)]


def test_a_queue_left_for_the_mailbox_ends_as_voicemail() -> None:
    switch = Switch()
    switch.begins("1.0", "PJSIP/trunk-00000001", CUSTOMER, RING, Exten="+442079460100")
    switch.say("QueueCallerJoin", **switch.of("1.0"), Queue="sales")
    switch.say("QueueCallerLeave", **switch.of("1.0"), Queue="sales")
    assert [visit.left for visit in switch.call().visits] == ["moved"]
    switch.say("Newexten", **switch.of("1.0"), Application="VoiceMail", AppData="1")
    switch.hangs_up("1.0")
    assert switch.call().outcome == "voicemail"


def test_a_call_sent_to_a_mobile_outside_was_not_missed() -> None:
    switch = Switch()
    switch.begins("1.0", "PJSIP/trunk-00000001", CUSTOMER, RING, Exten="+442079460101")
    switch.begins("1.1", "PJSIP/1001-00000002", "1001", DOWN, "1.0")
    switch.begins("1.2", "PJSIP/trunk-00000003", "07700900123", DOWN, "1.0")
    switch.dials("1.0", "1.1")
    switch.dials("1.0", "1.2")
    switch.dialled("1.0", "1.2")
    assert switch.legs() == [("1001", LegState.RELEASED, Release.UNANSWERED)]
    switch.hangs_up("1.0")
    assert switch.call().outcome == "completed"


def test_a_number_found_withheld_late_is_hidden_from_then_on() -> None:
    switch = Switch()
    switch.calls("1001", "1.1")
    hidden = {"ChanVariable": "CALLERID(num-pres)=prohib_passed_screen"}
    switch.say("Newstate", **switch.of("1.0"), **hidden)
    switch.hangs_up("1.1")
    assert switch.call().withheld
    assert switch.call().caller is None
    assert all(event.caller is None for event in switch.events[-2:])


def test_a_late_word_does_not_bring_a_channel_back() -> None:
    switch = Switch()
    switch.calls("1001", "1.1")
    switch.hangs_up("1.1")
    switch.hangs_up("1.0")
    told = len(switch.events)
    switch.up("1.0")
    switch.transfers("1.1", "1.0")
    assert len(switch.events) == told
    assert switch.fold.board.channels == {}


def test_endpoints_with_names_are_agents_by_alias_or_as_members() -> None:
    names = AgentNames(
        aliases={"PJSIP/front": "desk"}, trunks=frozenset({"PJSIP/4711"})
    )
    fold = AmiEvents(a_line(), names)
    assert names.of_channel("PJSIP/front-00000001") == "desk"
    assert names.of_channel("PJSIP/4711-00000001") is None
    assert names.of_channel("PJSIP/anna-00000001") is None
    switch = Switch(fold)
    place = {"Queue": "sales", "Interface": "PJSIP/anna", "Paused": "0", "Status": "1"}
    switch.say("QueueMemberAdded", **place)
    assert names.of_channel("PJSIP/anna-00000001") == "anna"
    assert [(e.agents, e.agent_state) for e in switch.events] == [
        (("anna",), "available")
    ]
