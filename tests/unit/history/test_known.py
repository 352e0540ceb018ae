"""Is a caller with history never taken for one without?"""

from __future__ import annotations

from screenpop.domain.profile import CandidateRef
from screenpop.history.earlier import Known, Who


def test_everybody_might_have_history_until_it_is_complete() -> None:
    known = Known()
    assert known.may_have("+442079460958")
    known.complete = True
    assert not known.may_have("+442079460958")


def test_who_was_added_is_always_found_and_others_hardly_ever() -> None:
    known = Known()
    known.complete = True
    numbers = [f"+4420{n:08d}" for n in range(20_000)]
    customers = [CandidateRef(source="erp", key=str(n)) for n in range(1_000)]
    everybody: list[Who] = [*numbers, *customers]
    for who in everybody:
        known.add(who)
    assert all(known.may_have(who) for who in everybody)
    strangers = [f"+4930{n:08d}" for n in range(10_000)]
    assert sum(known.may_have(who) for who in strangers) < 100
