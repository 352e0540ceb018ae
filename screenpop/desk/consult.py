"""Which colleague asks which one about a customer, and what do both see? Pure.

A consultation is a call of its own that names the customer's, or a further leg of the
customer's call while the first agent is still in it. A call with its consultations
is a *family*; the customer's call comes first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from screenpop.desk.case import Case, Pop
from screenpop.desk.handover import handed_over
from screenpop.desk.render import POP_STATES
from screenpop.desk.written_frames import Consult, ConsultRole
from screenpop.domain.agent import UserId
from screenpop.domain.call import AgentLeg, CallKey, LegState
from screenpop.domain.directory import Directory

CONSULTS_MAX = 32  # calls that ask about one; as `related_calls.RELATED_MAX`


def join(cases: Mapping[CallKey, Case], case: Case, about: CallKey | None) -> None:
    """`case` is about the customer of the call `about`; None: of its own."""
    former = cases.get(case.about) if case.about is not None else None
    if former is not None and case.call.key in former.consults:
        former.consults = [x for x in former.consults if x != case.call.key]
    case.about = about
    asked = cases.get(about) if about is not None else None
    if asked is not None:
        asked.consults = [*asked.consults, case.call.key][-CONSULTS_MAX:]


def family(cases: Mapping[CallKey, Case], case: Case) -> list[Case]:
    """The customer's call and those that ask about it; mostly `case` alone."""
    root = cases.get(case.about, case) if case.about is not None else case
    if not root.consults:
        return [root] if root is case else [root, case]
    found = [cases[key] for key in root.consults if key in cases]
    return [root, *found, *([] if case is root or case in found else [case])]


def changes(
    cases: Mapping[CallKey, Case], case: Case, directory: Directory, *, joined: bool
) -> Iterator[tuple[Pop, dict[str, object]]]:
    """Cards on which a consultation began, changed or ended, and what they say now.

    `joined`: the calls of the family belong together only now.
    """
    related = family(cases, case)
    for each in related:
        for pop in each.pops.values():
            told: dict[str, object] = {}
            consult = consult_of(related, each, pop, directory)
            if consult != pop.consult:
                pop.consult = told["consult"] = consult
            if joined and not pop.closed:
                told["handover"] = handed_over(related, pop.user, directory)
            if told:
                yield pop, told


def consult_of(
    related: Sequence[Case], case: Case, pop: Pop, directory: Directory
) -> Consult | None:
    """What the card of `pop` says about a consultation; None without one."""
    if not pop.leg.open:
        return None
    root, viewer = related[0], pop.user
    others = _others(root, viewer, directory)
    mine = next((x for x in root.call.legs if _engaged(x) and x not in others), None)
    if mine is None:  # in a call beside the customer's, or it rings at them
        is_asked = case is not root or pop.leg.state is LegState.ALERTING
        asking = [x for x in others if is_asked and _engaged(x)]
    else:
        asking = [x for x in others if _asks(x, mine)]
    if asking:
        return _consult("asked", asking, viewer, directory)
    if mine is None:
        return None
    beside = [x for x in others if _is_asked(x, mine)]
    apart = [x for each in related[1:] for x in _others(each, viewer, directory)]
    asked = [x for x in apart if x.open] or beside
    return _consult("asks", asked, viewer, directory) if asked else None


def _consult(
    role: ConsultRole,
    legs: Sequence[AgentLeg],
    viewer: UserId,
    directory: Directory,
) -> Consult:
    names = [directory.colleague(leg, viewer) for leg in legs]
    return Consult(
        role=role,
        agents=[name for name in names if name is not None],
        state=POP_STATES[legs[0].state],
    )


def _engaged(leg: AgentLeg) -> bool:
    return leg.state in (LegState.ANSWERED, LegState.HELD)


def _asks(theirs: AgentLeg, mine: AgentLeg) -> bool:
    """They keep the caller on hold and talked before I did."""
    return theirs.state is LegState.HELD and _talked_us(theirs) < _talked_us(mine)


def _is_asked(theirs: AgentLeg, mine: AgentLeg) -> bool:
    """They ring while I am in the call, or talk while I keep the caller on hold."""
    if theirs.state is LegState.ALERTING:
        return (theirs.alerting_us or 0) >= _talked_us(mine)
    holding = mine.state is LegState.HELD
    return holding and _engaged(theirs) and _talked_us(theirs) >= _talked_us(mine)


def _talked_us(leg: AgentLeg) -> int:
    return leg.answered_us or 0


def _others(case: Case, user: UserId, directory: Directory) -> list[AgentLeg]:
    return [x for x in case.call.legs if user not in directory.of_leg(x)]
