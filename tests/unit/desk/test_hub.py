"""Every browser gets its own calls, once, in order, and exactly what it missed."""

from __future__ import annotations

from push_doubles import Floor

from screenpop.domain.agent import AgentPrivacy, Role, UserId
from screenpop.domain.call import Scope

NUMBER = "+442079460958"


async def test_an_agent_never_sees_a_colleagues_call() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1002")
    floor.tell("alerting", "c-2", "1001")  # sentinel
    assert [pop["call_id"] for pop in ana.named("pop.opened")] == ["c-2"]


async def test_the_card_opens_while_it_rings_and_fills_in() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001", caller=NUMBER)
    floor.answered("c-1", balance="5")
    opened, updated = ana.frames[-2:]
    assert (opened["state"], opened["caller"]["number"]) == ("alerting", NUMBER)
    assert updated["facets"]["balance"]["rows"] == [{"text": "5"}]
    assert "state" not in updated


async def test_when_a_colleague_answers_the_card_leaves_and_says_who() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    ben = await floor.sign_in("ben")
    floor.tell("alerting", "c-1", "1001", "1002")
    floor.tell("answered", "c-1", "1002")
    (closed,) = ana.named("pop.closed")
    assert closed["reason"] == "answered_elsewhere"
    assert closed["answered_by"] == "Ben"
    assert not closed["wrap_up"]
    assert ben.named("pop.closed") == []
    assert ben.frames[-1]["state"] == "answered"


async def test_after_the_talk_the_card_stays_for_wrap_up() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    floor.tell("ended", "c-1")
    assert ana.frames[-1]["wrap_up"]
    again = await floor.sign_in("ana")
    (pop,) = again.named("resync")[0]["pops"]
    assert (pop["call_id"], pop["closed"]) == ("c-1", "ended")


async def test_a_card_with_a_disposition_is_finished() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    floor.tell("ended", "c-1")
    await ana.send("disposition", call_id="c-1", code="sold", id="d1")
    assert ana.frames[-1] == {"frame": "done", "offset": 3, "reply_to": "d1"}
    again = await floor.sign_in("ana")
    assert again.named("resync")[0]["pops"] == []


async def test_after_a_transfer_the_card_has_the_notes_of_this_very_call() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    ben = await floor.sign_in("ben")
    floor.tell("answered", "c-1", "1001")
    await ana.send("note", call_id="c-1", text="pays on Monday", id="n1")
    floor.tell("alerting", "c-1", "1002")
    [handed] = ben.named("pop.opened")[0]["handover"]
    assert (handed["agent"], handed["text"]) == ("Ana", "pays on Monday")
    await ana.send("note", call_id="c-1", text="pays on Tuesday", id="n2")
    [handed] = ben.frames[-1]["handover"]
    assert handed["text"] == "pays on Tuesday"
    again = await floor.sign_in("ben")
    [pop] = again.named("resync")[0]["pops"]
    assert pop["handover"] == [handed]
    assert ana.named("pop.opened")[0]["handover"] == []


async def test_a_note_for_the_next_agent_stands_first_until_the_call_is_over() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    ben = await floor.sign_in("ben")
    floor.tell("answered", "c-1", "1001")
    await ana.send("handover", call_id="c-1", text="speaks Dutch", id="h1")
    assert ana.frames[-2]["note"]["for_next"] == "speaks Dutch"
    floor.tell("alerting", "c-1", "1002")
    [handed] = ben.named("pop.opened")[0]["handover"]
    assert (handed["agent"], handed["for_next"]) == ("Ana", "speaks Dutch")
    await ana.send("handover", call_id="c-1", text="", id="h2")
    assert ben.frames[-1]["handover"] == []
    await ana.send("handover", call_id="c-1", text="speaks French", id="h3")
    assert ben.frames[-1]["handover"][0]["for_next"] == "speaks French"
    floor.tell("answered", "c-1", "1002")
    floor.tell("ended", "c-1")
    again = await floor.sign_in("ben")
    [pop] = again.named("resync")[0]["pops"]
    assert pop["handover"] == []
    await ana.send("handover", call_id="c-1", text="too late", id="h4")
    assert ana.named("error")[-1]["code"] == "call_is_over"


async def test_the_author_of_a_note_is_named_where_privacy_allows_it() -> None:
    floor = Floor()
    floor.desk.directory.privacy = AgentPrivacy(live=Role.SUPERVISOR)
    ana = await floor.sign_in("ana")
    ben = await floor.sign_in("ben")
    floor.tell("answered", "c-1", "1001")
    await ana.send("handover", call_id="c-1", text="speaks Dutch", id="h1")
    floor.tell("alerting", "c-1", "1002")
    [handed] = ben.named("pop.opened")[0]["handover"]
    assert (handed["agent"], handed["for_next"]) == (None, "speaks Dutch")


async def test_who_has_not_talked_leaves_no_note_for_the_next_agent() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    await ana.send("handover", call_id="c-1", text="not mine", id="h1")
    assert ana.named("error")[-1]["code"] == "not_answered"


async def test_who_rang_but_did_not_talk_hands_nothing_over() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    ben = await floor.sign_in("ben")
    floor.tell("alerting", "c-1", "1001", "1002")
    await ana.send("note", call_id="c-1", text="not mine", id="n1")
    floor.tell("answered", "c-1", "1002")
    assert all(not frame.get("handover") for frame in ben.frames)


async def test_a_held_call_says_since_when() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    floor.tell("held", "c-1", "1001")
    held = ana.frames[-1]
    (again,) = (await floor.sign_in("ana")).named("resync")[0]["pops"]
    assert (held["state"], again["state"]) == ("held", "held")
    assert again["held_at"] == held["held_at"] > again["answered_at"]
    floor.tell("resumed", "c-1", "1001")
    floor.tell("held", "c-1", "1001")
    assert ana.frames[-1]["held_at"] > held["held_at"]


async def test_a_disposition_is_cleared_by_an_empty_code() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    floor.tell("ended", "c-1")
    await ana.send("disposition", call_id="c-1", code="sold", id="d1")
    await ana.send("disposition", call_id="c-1", code="", id="d2")
    assert ana.named("pop.updated")[-1]["note"].get("disposition") is None
    again = await floor.sign_in("ana")
    (pop,) = again.named("resync")[0]["pops"]
    assert pop["call_id"] == "c-1"


async def test_a_returning_browser_gets_exactly_what_it_missed() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "seen", "1001")
    seen = ana.last_offset
    ana.leave()
    floor.tell("answered", "seen", "1001")
    floor.tell("alerting", "while away", "1001")
    floor.tell("ended", "while away")
    floor.tell("alerting", "ringing now", "1001")
    again = await floor.sign_in("ana", after=seen)
    missed = [(f["frame"], f.get("call_id")) for f in again.frames[1:-1]]
    assert missed == [
        ("pop.updated", "seen"),
        ("pop.opened", "while away"),
        ("pop.closed", "while away"),
        ("pop.opened", "ringing now"),
    ]
    assert again.named("pop.opened")[0]["missed_while_away"]


async def test_a_browser_that_missed_nothing_gets_nothing() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    again = await floor.sign_in("ana", after=ana.last_offset)
    assert [f["frame"] for f in again.frames] == ["hello", "agent.updated"]


async def test_every_cut_of_the_stream_can_be_resumed() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "a", "1001")
    floor.tell("alerting", "b", "1001", "1002")
    floor.answered("a", x="1")
    floor.tell("answered", "b", "1002")
    floor.answered("a", part=1, y="2")
    whole = [f for f in ana.frames if f["frame"].startswith("pop.")]
    for cut in range(1, len(whole) + 1):
        after = whole[cut - 1]["offset"]
        again = await floor.sign_in("ana", after=after)
        opened = [f["call_id"] for f in whole[:cut] if f["frame"] == "pop.opened"]
        opened += [f["call_id"] for f in again.named("pop.opened")]
        assert sorted(opened) == ["a", "b"]
        closed = [f for f in whole[:cut] if f["frame"] == "pop.closed"]
        assert len(closed + again.named("pop.closed")) == 1


async def test_an_offset_that_is_too_old_brings_a_resync() -> None:
    floor = Floor()
    first = await floor.sign_in("ana")
    floor.tell("alerting", "c-0", "1001")
    after = first.last_offset
    for i in range(1, 6):
        floor.tell("alerting", f"c-{i}", "1001")
    floor.tell("ended", "c-0")
    again = await floor.sign_in("ana", after=after)
    resync = again.named("resync")[0]
    assert resync["reason"] == "too_old"
    assert [pop["call_id"] for pop in resync["pops"]] == ["c-3", "c-4", "c-5"]


async def test_an_offset_of_another_journal_brings_a_resync() -> None:
    floor = Floor()
    floor.tell("alerting", "c-1", "1001")
    ana = await floor.sign_in("ana", after=4711)
    assert ana.named("resync")[0]["reason"] == "other_journal"


async def test_before_it_resumes_a_browser_is_sent_nothing() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana", resume=False)
    floor.tell("alerting", "c-1", "1001")
    assert [f["frame"] for f in ana.frames] == ["hello"]
    await ana.send("resume")
    assert ana.named("resync")[0]["pops"][0]["call_id"] == "c-1"


async def test_a_slow_browser_is_cut_off_and_others_are_not() -> None:
    floor = Floor(outbox_bytes_max=500)
    slow = await floor.sign_in("ana")
    quick = await floor.sign_in("ana")
    slow.stuck = True
    floor.tell("alerting", "c-1", "1001")
    floor.tell("answered", "c-1", "1001")
    await quick.send("ack", call_id="c-1", offset=1)
    assert slow.closed is not None
    assert slow.closed[0] == 4408
    assert quick.closed is None
    assert len(quick.named("pop.opened")) == 1


async def test_the_oldest_tab_gives_way_when_there_are_too_many() -> None:
    floor = Floor(sessions_per_user_max=2)
    oldest = await floor.sign_in("ana")
    await floor.sign_in("ana")
    third = await floor.sign_in("ana")
    await third.send("ack", call_id="none", offset=0)
    assert oldest.closed is not None
    assert oldest.closed[0] == 4409


async def test_an_ack_is_kept_once_as_the_delivery_receipt() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    floor.clock.advance(0.25)
    await ana.send("ack", call_id="c-1", offset=1, painted_ms=12.5)
    await ana.send("ack", call_id="c-1", offset=1)
    (receipt,) = floor.journal
    assert receipt.action == "receipt"
    assert receipt.data["ring_to_pop_ms"] == "250.000"


async def test_a_note_is_journalled_and_shown_in_every_tab() -> None:
    floor = Floor()
    one = await floor.sign_in("ana")
    two = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    await one.send("note", call_id="c-1", text="calls back", id="n1")
    assert one.frames[-1]["frame"] == "done"
    assert two.frames[-1]["note"]["text"] == "calls back"


async def test_nobody_writes_into_a_colleagues_call() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1002")
    await ana.send("note", call_id="c-1", text="x", id="n1")
    error = ana.frames[-1]
    assert (error["code"], error["reply_to"]) == ("not_your_call", "n1")
    assert floor.journal == []


async def test_a_note_that_is_too_long_is_refused_with_the_measure() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("answered", "c-1", "1001")
    await ana.send("note", call_id="c-1", text="x" * 101)
    assert ana.frames[-1]["message"] == "note: 101 characters are too many, at most 100"


async def test_frames_that_cannot_be_read_are_told_then_end_the_session() -> None:
    floor = Floor(bad_frames_max=2, frames_per_s=1000)
    ana = await floor.sign_in("ana")
    for text in ("{", '{"frame":"dance"}', "[]"):
        await ana.send_text(text)
    assert [f["code"] for f in ana.named("error")] == ["bad_frame"] * 2
    assert ana.closed is not None
    assert ana.closed[0] == 4400


async def test_a_flood_of_frames_ends_the_session() -> None:
    floor = Floor(frames_per_s=5)
    ana = await floor.sign_in("ana")
    for _ in range(12):
        await ana.send("ack", call_id="c-1", offset=1)
    assert ana.closed is not None
    assert ana.closed[0] == 4429


async def test_an_agent_may_not_watch_the_wallboard() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana", kind="wallboard", resume=False)
    assert ana.closed is not None
    assert ana.closed[0] == 4403
    sue = await floor.sign_in("sue", kind="wallboard")
    assert [f["frame"] for f in sue.frames] == ["hello", "wallboard.snapshot"]


async def test_the_agents_own_state_is_told_to_every_tab() -> None:
    floor = Floor()
    ana = await floor.sign_in("ana")
    await ana.send("agent_state", state="available", id="s1")
    assert floor.journal[0].data == {"state": "available"}
    floor.tell("alerting", "c-1", "1001")
    floor.hub.tell_agent(floor.users["ana"].username)  # type: ignore[index]
    assert ana.frames[-1]["telephone"] == "alerting"


async def test_a_second_ring_at_the_same_agent_opens_the_card_again() -> None:

    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    floor.tell("ended", "c-1", "1001", scope=Scope.LEG)
    floor.tell("alerting", "c-1", "1001")
    names = [f["frame"] for f in ana.frames if f["frame"].startswith("pop")]
    assert names == ["pop.opened", "pop.closed", "pop.opened"]


async def test_two_lines_may_use_the_same_call_id() -> None:
    from screenpop.domain.call import LineId

    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    floor.tell("alerting", "c-1", "1001", line=LineId("second"))
    assert [p["line"] for p in ana.named("pop.opened")] == ["main", "second"]


async def test_a_resume_costs_as_much_as_it_makes_work() -> None:
    floor = Floor(frames_per_s=20)
    ana = await floor.sign_in("ana")
    for _ in range(2):
        await ana.send("resume", after=0)
    assert ana.closed is not None
    assert ana.closed[0] == 4429
    assert len(ana.named("resync")) == 1
    again = await floor.sign_in("ana")
    floor.clock.advance(3)
    await again.send("resume", after=0)
    assert again.closed is None


async def test_a_card_goes_on_at_another_telephone_and_the_old_one_rings_no_more() -> (
    None
):
    floor = Floor()
    ana = await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    floor.move("ana", "1009")
    assert ana.closed is None
    assert ana.named("agent.updated")[-1]["agent"] == "1009"
    floor.tell("alerting", "c-2", "1001")
    floor.tell("answered", "c-1", "1001")
    floor.tell("alerting", "c-3", "1009")
    assert [pop["call_id"] for pop in ana.named("pop.opened")] == ["c-1", "c-3"]
    again = await floor.sign_in("ana", after=0)
    (resync,) = again.named("resync")
    assert [pop["call_id"] for pop in resync["pops"]] == ["c-1", "c-3"]


async def test_cards_of_who_may_not_log_in_any_more_leave() -> None:
    floor = Floor()
    await floor.sign_in("ana")
    floor.tell("alerting", "c-1", "1001")
    floor.change("ana", active=False)
    assert floor.desk.pops.get(UserId("ana"), {}) == {}


async def test_a_supervisor_made_an_agent_loses_the_wallboard() -> None:
    floor = Floor()
    sue = await floor.sign_in("sue", kind="wallboard")
    floor.change("sue", role=Role.AGENT)
    assert sue.closed is not None
    assert sue.closed[0] == 4401


async def test_a_colleague_who_leaves_after_a_consultation_is_named_on_the_card() -> (
    None
):
    floor = Floor()
    ben = await floor.sign_in("ben")
    floor.tell("answered", "c-1", "1001")
    floor.tell("alerting", "c-1", "1002")
    assert ben.named("pop.opened")[-1]["earlier_agents"] == []
    floor.tell("answered", "c-1", "1002")
    floor.tell("ended", "c-1", "1001", scope=Scope.LEG)
    assert ben.named("pop.updated")[-1]["earlier_agents"] == ["Ana"]


async def test_a_closed_card_learns_that_a_colleague_had_answered() -> None:
    floor = Floor()
    ben = await floor.sign_in("ben")
    floor.tell("alerting", "c-1", "1001", "1002")
    floor.tell("ended", "c-1", "1002", scope=Scope.LEG)
    floor.tell("answered", "c-1", "1001")
    told = [frame["reason"] for frame in ben.named("pop.closed")]
    assert told == ["unanswered", "answered_elsewhere"]
