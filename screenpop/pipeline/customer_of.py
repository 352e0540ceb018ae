"""Is this lookup about the customers of that source?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from screenpop.connector import Lookup, Row, Scalar

SOURCE = "customer.source"


class OfCustomers(Lookup):
    """A lookup that is asked about the customers of some sources only.

    The same key may be somebody else in another source: nothing is asked then.
    """

    def __init__(self, lookup: Lookup, sources: frozenset[str]):
        self._lookup = lookup
        self._sources = sources
        self.needs = lookup.needs | {SOURCE}

    async def fetch(self, params: Mapping[str, Scalar]) -> Sequence[Row]:
        if params[SOURCE] not in self._sources:
            return ()
        return await self._lookup.fetch(params)
