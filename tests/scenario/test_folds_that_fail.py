"""One fold that fails on an entry costs neither the other folds nor later entries."""

from __future__ import annotations

from pathlib import Path

from call_centre import CallCentre, open_call_centre

from screenpop.domain.call import Call
from screenpop.domain.phone import Parties
from screenpop.journal.records import AnswersRecord
from screenpop.lookup.calls import CallLookups, Decided
from screenpop.wallboard.feed import WallboardFeed


class FailingFeed(WallboardFeed):
    """That of a service, with a defect for calls in the queue `odd`."""

    def __init__(self, feed: WallboardFeed):
        self.__dict__ = feed.__dict__

    def replace(self, before: Call | None, after: Call, offset: int) -> None:
        if after.queue == "odd":
            raise KeyError(after.queue)
        super().replace(before, after, offset)


class FailingLookups(CallLookups):
    """Those of a service, with a defect for one caller."""

    def __init__(self, lookups: CallLookups):
        self.__dict__ = lookups.__dict__

    def follow(
        self,
        call: Call,
        who: Parties | None = None,
        *,
        asks: bool = True,
        decided: Decided | None = None,
    ) -> AnswersRecord | None:
        if call.caller == "+442079460999":
            raise RuntimeError("dictionary changed size during iteration")
        return super().follow(call, who, asks=asks, decided=decided)


async def problems(centre: CallCentre) -> list[str]:
    async with centre.http.get(f"{centre.url}/readyz") as answer:
        assert answer.status == 200
        return [x["message"] for x in (await answer.json())["problems"]]


async def failures(centre: CallCentre) -> dict[str, float]:
    [family] = centre.service.metrics.fold_failures.collect()
    samples = family.samples
    return {x.labels["fold"]: x.value for x in samples if x.name.endswith("_total")}


async def test_a_card_opens_and_closes_though_the_wallboard_fails(
    tmp_path: Path,
) -> None:
    async with open_call_centre(tmp_path) as centre:
        centre.service.follower.feed = FailingFeed(centre.service.feed)
        ana = await centre.sign_in("ana")
        odd = await centre.ring("ana", queue="odd")
        assert (await ana.next_pop()).call_id == odd
        await centre.answer(odd, "ana")
        await centre.hang_up(odd)
        assert (await ana.next("pop.closed"))["call_id"] == odd
        assert await failures(centre) == {"wallboard": 3}
        [message] = await problems(centre)
        assert "3 journal entries could not be folded" in message
        fine = await centre.ring("ana")
        assert (await ana.next_pop()).call_id == fine
        assert await failures(centre) == {"wallboard": 3}


async def test_a_card_opens_though_nobody_can_be_looked_up(tmp_path: Path) -> None:
    async with open_call_centre(tmp_path) as centre:
        follower = centre.service.follower
        follower.lookups = FailingLookups(follower.lookups)
        ana = await centre.sign_in("ana")
        odd = await centre.ring("ana", caller="+442079460999")
        pop = await ana.next_pop()
        assert (pop.call_id, pop.caller) == (odd, "+442079460999")
        assert await failures(centre) == {"lookups": 1}
        await centre.archived()
        assert centre.service.archiver.left_out == 0
