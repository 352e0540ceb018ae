"""How does a call's card get its offers, and who gets none?

The adviser holds the newest `Offering` and answers from memory, while the call's other
lookups are still asked. A share of the calls is held back by chance: their cards have
no offers, and what would have been offered is journalled, to be compared later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from screenpop.connector import Lookup, NoRows
from screenpop.connector.orders import ItemNow
from screenpop.domain.call import CallId, LineId
from screenpop.domain.offer import MARK, Mark, encode_offers, offers_in
from screenpop.domain.profile import Row, Scalar
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock

if TYPE_CHECKING:  # numpy and scipy: loaded where there is a model
    from screenpop.insight.offering import LiveAnswers, OfferDraft, Offering

SOURCE = "insight"
SOURCE_LABEL = "Orders"
_CALL = frozenset({"line", "call_id", "occurrence"})
Keep = Callable[[ActionRecord], None]
"""Journal it soon, without waiting."""


ModelProgress = Literal["none", "reading", "training", "failed"]
NO_MODEL: Mapping[ModelProgress, str] = {
    "none": "No offers yet: no model has been trained.",
    "reading": "No offers yet: the orders are being read for the first time.",
    "training": "No offers yet: the first model is being trained.",
    "failed": "No offers yet: the first training failed. It is tried again.",
}
NO_ORDERS = "No orders of this customer are known."
NEW_CUSTOMER = "No offers yet: this customer's orders are newer than the last training."
OPTED_OUT = "This customer opted out of profiling: nothing is computed."
EXCLUDED = "This customer is excluded from offers: nothing is computed."


class AsksItems(Protocol):
    """A source that knows stock and price of an item at this moment."""

    @property
    def timeout_s(self) -> float: ...

    def known(self, item: str) -> tuple[bool, ItemNow | None]: ...

    async def ask(
        self, items: Collection[str], within_s: float
    ) -> Mapping[str, ItemNow | None]: ...


class _KnownAnswers(dict[str, ItemNow | None]):
    """Answers so far; those that the cache has count without asking."""

    def __init__(self, live: AsksItems):
        super().__init__()
        self._live = live

    def __contains__(self, item: object) -> bool:
        if not super().__contains__(item) and isinstance(item, str):
            is_fresh, found = self._live.known(item)
            if is_fresh:
                self[item] = found
        return super().__contains__(item)


class Adviser:
    """What the newest model says; None while there is none."""

    def __init__(
        self,
        clock: Clock,
        *,
        holdout_share: float = 0.0,
        withheld: Collection[str] = (),
        keep: Keep | None = None,
    ):
        """`keep` None: nothing is held back, as in a dry run."""
        self.offering: Offering | None = None
        self.progress: ModelProgress = "none"  # towards the first model
        self.live: AsksItems | None = None  # stock and price at this moment
        self._clock = clock
        self._keep = keep
        self.follow(holdout_share, withheld)

    def follow(self, holdout_share: float, withheld: Collection[str]) -> None:
        """Of the next answer on."""
        self._holdout_share = holdout_share if self._keep is not None else 0.0
        self._withheld = frozenset(withheld)

    def at_hand(self, facet: str, params: Mapping[str, Scalar]) -> Sequence[Row] | None:
        """What a facet shows without asking for stock; None: that must be asked."""
        customer = str(params["customer.key"])
        if (why := self._nothing_for(customer)) is not None:
            return NoRows(why)
        assert self.offering is not None
        if facet == "outlook":
            now_s = self._clock.now_us() / 1e6
            return self.offering.outlook(customer, now_s)
        known = _KnownAnswers(self.live) if self.live is not None else None
        draft, unasked = self.offering.drafts(facet, customer, known)
        if unasked:
            return None
        return self._shown(facet, draft, known or {}, params)

    async def rows(self, facet: str, params: Mapping[str, Scalar]) -> Sequence[Row]:
        """As `at_hand`, with stock and price asked; within `live.timeout_s`."""
        found = self.at_hand(facet, params)
        if found is not None:
            return found
        offering, live, customer = self.offering, self.live, params["customer.key"]
        assert offering is not None
        assert live is not None
        answers = _KnownAnswers(live)
        due_s = self._clock.monotonic_s() + live.timeout_s
        while True:
            draft, unasked = offering.drafts(facet, str(customer), answers)
            if not unasked:
                return self._shown(facet, draft, answers, params)
            within_s = max(0.0, due_s - self._clock.monotonic_s())
            answers.update(await live.ask(unasked, within_s))

    def _nothing_for(self, customer: str) -> str | None:
        """Why nothing is computed, in words for the card; None: it is."""
        if customer in self._withheld:
            return EXCLUDED
        offering = self.offering
        if offering is None:
            return NO_MODEL[self.progress]
        if offering.is_withheld(customer):
            return OPTED_OUT
        if offering.is_known(customer):
            return None
        return NEW_CUSTOMER if customer in offering.new_customers else NO_ORDERS

    def _shown(
        self,
        facet: str,
        draft: OfferDraft,
        live: LiveAnswers,
        params: Mapping[str, Scalar],
    ) -> Sequence[Row]:
        """The rows of a list, unless this call is one of those without offers."""
        assert self.offering is not None
        if not draft.items and draft.undeliverable:
            return NoRows(_undeliverable(draft.undeliverable))
        now_s, customer = self._clock.now_us() / 1e6, str(params["customer.key"])
        rows = self.offering.rows(facet, customer, draft.items, now_s, live)
        if rows and self._is_held_back(params):
            self._hold_back(facet, rows, params)
            return ()
        return rows

    def _is_held_back(self, params: Mapping[str, Scalar]) -> bool:
        """By the call alone, so that its two lists agree, and a later look, too."""
        if not self._holdout_share:
            return False
        name = "/".join(str(params[part]) for part in sorted(_CALL))
        drawn = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8]
        return int.from_bytes(drawn, "big") < self._holdout_share * 2**64

    def _hold_back(
        self, facet: str, rows: Sequence[Row], params: Mapping[str, Scalar]
    ) -> None:
        line, call_id, occurrence = (
            str(params["line"]),
            str(params["call_id"]),
            int(str(params["occurrence"])),
        )
        record = ActionRecord(
            action=MARK,
            action_id=f"held_back/{line}/{call_id}/{occurrence}/{facet}",
            at_us=self._clock.now_us(),
            user="",
            line=LineId(line),
            call_id=CallId(call_id),
            occurrence=occurrence,
            data={
                "mark": Mark.HELD_BACK.value,
                "offers": encode_offers(offers_in(facet, rows)),
            },
        )
        if self._keep is not None:
            self._keep(record)


def _undeliverable(items: int) -> str:
    """Of one item it is known which; of more, how many were looked at."""
    if items == 1:
        return "Nothing to offer: the item that fits is out of stock or not sold now."
    return (
        f"Nothing to offer: the {items} items that fit best are out of stock or not"
        " sold now."
    )


class OffersLookup(Lookup):
    """One facet, answered from memory; only stock and price may be asked."""

    needs = _CALL | {"customer.key"}

    def __init__(self, adviser: Adviser, facet: str):
        self._adviser = adviser
        self._facet = facet

    def at_hand(self, params: Mapping[str, Scalar]) -> Sequence[Row] | None:
        return self._adviser.at_hand(self._facet, params)

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return await self._adviser.rows(self._facet, params)
