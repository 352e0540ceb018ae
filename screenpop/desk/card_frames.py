"""How does a card look as it opens, and what is said when it leaves? Pure."""

from __future__ import annotations

from collections.abc import Mapping

from screenpop.desk import frames, render
from screenpop.desk.case import Case, Pop
from screenpop.domain.call import Call
from screenpop.domain.profile import Profile


def opened_card(
    pop: Pop,
    case: Case,
    profile: Profile,
    *,
    offset: int,
    queue_labels: Mapping[str, str],
    source_labels: Mapping[str, str],
    earlier_agents: list[str],
    handover: list[frames.EarlierNote],
    promised: frames.Promised | None,
) -> frames.PopOpened:
    """The whole card as it stands."""
    call = case.call
    return frames.PopOpened(
        offset=offset,
        call_id=call.call_id,
        line=call.line,
        occurrence=call.occurrence,
        state=render.POP_STATES[pop.leg.state],
        direction=render.DIRECTIONS[call.direction],
        caller=render.caller(case.parties.ani, call.caller_name),
        dialled=render.dialled(case.parties.dnis),
        queue=call.queue,
        queue_label=queue_labels.get(call.queue or ""),
        arrived_at=render.iso(call.arrived_us),
        alerting_at=render.maybe_iso(pop.leg.alerting_us),
        answered_at=render.maybe_iso(pop.leg.answered_us),
        held_at=render.maybe_iso(pop.leg.held_us),
        candidates=render.candidates(profile.candidates, source_labels),
        chosen=profile.chosen,
        chosen_by_agent=bool(case.decisions),
        facets=profile.facets,
        policy=profile.policy,
        attributes=dict(call.attributes),
        earlier_agents=earlier_agents,
        handover=handover,
        consult=pop.consult,
        promised=promised,
        note=pop.note,
        closed=render.close_reason(pop.leg) if pop.closed else None,
        ended_at=render.maybe_iso(call.ended_us),
        missed_while_away=bool(pop.closed) and not pop.leg.talked,
    )


def closed_card(
    offset: int, pop: Pop, call: Call, answered_by: str | None
) -> frames.PopClosed:
    """`answered_by` is the colleague who took the call, as they may be named."""
    line, call_id, occurrence = pop.key
    return frames.PopClosed(
        offset=offset,
        line=line,
        call_id=call_id,
        occurrence=occurrence,
        reason=render.close_reason(pop.leg),
        wrap_up=pop.wrap_up,
        ended_at=render.maybe_iso(call.ended_us or pop.leg.released_us),
        answered_by=answered_by,
    )


def common_changes(
    before: Call | None,
    case: Case,
    old: Profile | None,
    new: Profile,
    *,
    others: bool,
    queue_labels: Mapping[str, str],
    source_labels: Mapping[str, str],
) -> dict[str, object]:
    """What changed for everybody who has the call on the desk.

    `others`: its parties are others than before.
    """
    call = case.call
    changes = render.changes(old, new, source_labels)
    if before is None:
        return changes
    if others:
        changes["caller"] = render.caller(case.parties.ani, call.caller_name)
        changes["dialled"] = render.dialled(case.parties.dnis)
    if before.queue != call.queue:
        changes["queue"] = call.queue
        label = queue_labels.get(call.queue or "")
        if label is not None:
            changes["queue_label"] = label
    if before.attributes != call.attributes:
        changes["attributes"] = dict(call.attributes)
    return changes


def dropped_card(offset: int, pop: Pop) -> frames.PopClosed:
    """The call left the book while its card was open."""
    line, call_id, occurrence = pop.key
    return frames.PopClosed(
        offset=offset,
        line=line,
        call_id=call_id,
        occurrence=occurrence,
        reason="dropped",
        wrap_up=False,
    )
