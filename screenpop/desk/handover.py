"""What did colleagues write about this very call before it came to this agent? Pure."""

from __future__ import annotations

from collections.abc import Sequence

from screenpop.desk.case import Case, Pop
from screenpop.desk.frames import AgentNote, EarlierNote, Promised
from screenpop.domain.agent import Role, UserId
from screenpop.domain.call import Call, LegState
from screenpop.domain.directory import Directory
from screenpop.support.clock import iso_from_us


def handed_over(
    related: Sequence[Case], user: UserId, directory: Directory
) -> list[EarlierNote]:
    """Notes and results of colleagues who talked in this call, the newest first.

    `related` is the customer's call and those in which a colleague was asked about
    it. What they wrote for the next agent comes before all else, until it is over.
    """
    goes_on = related[0].call.ended_us is None
    said = [
        EarlierNote(
            agent=directory.colleague(pop.leg, user),
            for_next=for_next(pop.note) if goes_on else "",
            text=pop.note.text,
            disposition=pop.note.disposition,
            saved_at=pop.note.saved_at,
        )
        for case in related
        for pop in case.pops.values()
        if pop.user != user and pop.leg.talked
    ]
    said = [each for each in said if _says(each)]
    said.sort(key=lambda x: (bool(x.for_next), x.saved_at or ""), reverse=True)
    return said


def earlier_agents(call: Call, user: UserId, directory: Directory) -> list[str]:
    """Colleagues who talked in this call before."""
    earlier: list[str] = []
    for leg in call.legs:
        if leg.state is not LegState.RELEASED or not leg.talked:
            continue
        if name := directory.colleague(leg, user):
            earlier.append(name)
    return earlier


def promised(case: Case, user: UserId, directory: Directory) -> Promised | None:
    """The call back that was promised before this call came."""
    if case.promise is None:
        return None
    due_us, by = case.promise.due_us, case.promise.by
    named = by == user or directory.privacy.names_live(Role.AGENT)
    return Promised(at=iso_from_us(due_us), by=directory.name_of(by) if named else None)


def for_next(note: AgentNote) -> str:
    """What was written for the next agent; empty when nothing was."""
    return note.for_next if isinstance(note.for_next, str) else ""


def takers(related: Sequence[Case], author: Pop) -> list[Pop]:
    """The cards on which the author's note is to be shown."""
    if not author.leg.talked:
        return []
    others = [pop for case in related for pop in case.pops.values()]
    return [x for x in others if x.user != author.user and (not x.closed or x.wrap_up)]


def _says(note: EarlierNote) -> bool:
    return bool(note.for_next or note.text.strip() or note.disposition)
