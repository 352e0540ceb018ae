"""How does a call's card get its offers, and who gets none?

The adviser holds the newest `Offering` and answers from memory, while the call's other
lookups are still asked. A share of the calls is held back by chance: their cards have
no offers, and what would have been offered is journalled, to be compared later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from screenpop.connector import Lookup
from screenpop.domain.call import CallId, LineId
from screenpop.domain.offer import MARK, Mark, encode_offers, offers_in
from screenpop.domain.profile import Row, Scalar
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import Clock

if TYPE_CHECKING:  # numpy and scipy: loaded where there is a model
    from screenpop.insight.offering import Offering

SOURCE = "insight"
SOURCE_LABEL = "Orders"
_CALL = frozenset({"line", "call_id", "occurrence"})
Keep = Callable[[ActionRecord], None]
"""Journal it soon, without waiting."""


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
        self._clock = clock
        self._holdout_share = holdout_share if keep is not None else 0.0
        self._withheld = frozenset(withheld)
        self._keep = keep

    def rows(self, facet: str, params: Mapping[str, Scalar]) -> tuple[Row, ...]:
        """What a facet shows for the call's customer; offers may be held back."""
        offering, customer = self.offering, str(params["customer.key"])
        if offering is None or customer in self._withheld:
            return ()
        now_s = self._clock.now_us() / 1e6
        match facet:
            case "outlook":
                return offering.outlook(customer, now_s)
            case "goes_with":
                rows = offering.goes_with(customer, now_s)
            case _:
                rows = offering.likely(customer, now_s)
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


class OffersLookup(Lookup):
    """One list of offers; answered from memory, without waiting."""

    needs = _CALL | {"customer.key"}

    def __init__(self, adviser: Adviser, facet: str):
        self._adviser = adviser
        self._facet = facet

    def at_hand(self, params: Mapping[str, Scalar]) -> tuple[Row, ...]:
        return self._adviser.rows(self._facet, params)

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        return self.at_hand(params)
