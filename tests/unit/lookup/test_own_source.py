"""Our own history is asked only about those who may have called before."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline_doubles import AtOnce, Bench, by_number, planned, settled

from screenpop.connector import Row
from screenpop.domain.profile import CandidateRef
from screenpop.lookup.own_source import own_lookups
from screenpop.support.clock import FakeClock
from screenpop.support.tasks import TaskOwner

NUMBER = "+442079460958"


class History:
    """Knows one number; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str | CandidateRef | None] = []

    async def earlier(
        self,
        number: str | None,
        ref: CandidateRef | None,
        leave_out: str,
        occurrence: int,
    ) -> Sequence[Row]:
        assert (leave_out, occurrence) == ("c-1", 0)
        self.asked.append(number or ref)
        return [{"call_id": "c-0"}]

    def may_have(self, who: str | CandidateRef) -> bool:
        return who == NUMBER


def bench_of(history: History) -> Bench:
    owner = TaskOwner("test")
    own = own_lookups(history.earlier, FakeClock(), owner, history.may_have)
    [(guard, lookups)] = own.values()
    bench = Bench(
        *lookups,
        evidence=[by_number("7")],
        number=NUMBER,
        call_id="c-1",
        occurrence=0,
    )
    bench.guards["screenpop"] = guard
    return bench


async def test_who_never_called_costs_no_question_and_is_answered_at_once() -> None:
    history = History()
    bench = bench_of(history)
    first = bench.start()
    assert [(a.lookup, a.outcome) for a in first.answers] == [
        ("earlier_calls", "empty")
    ]
    assert first.pending == ("earlier_calls_from_number",)
    await settled()
    assert history.asked == [NUMBER]
    assert bench.answers["earlier_calls_from_number"] == "ok"
    assert bench.guards["screenpop"].answered_us is not None


async def test_what_is_at_hand_leaves_with_the_answer_that_made_it_possible() -> None:
    history = History()
    [(guard, lookups)] = own_lookups(
        history.earlier, FakeClock(), TaskOwner("test"), history.may_have
    ).values()
    who = AtOnce(["number"], {"key": "7", "name": "Ada"})
    bench = Bench(
        planned("who", "identity", who, "identity"),
        lookups[0],
        number="+442079460000",
        call_id="c-1",
        occurrence=0,
    )
    bench.guards["screenpop"] = guard
    bench.start()
    await settled()
    assert [[a.lookup for a in r.answers] for r in bench.records] == [
        [],
        ["who", "earlier_calls"],
    ]
    assert bench.records[-1].pending == ()
    assert bench.run.done.is_set()
