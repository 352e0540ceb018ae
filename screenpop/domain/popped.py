"""What came of the pop of a call: on which cards, and when?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from screenpop.domain.profile import LookupOutcome

SEEN = "seen"
"""The action of the journal that says what an agent looked at on a card."""
SEEN_HOW = ("in_view", "opened", "unopened")
ANSWERED_BY_SOURCE = (LookupOutcome.OK, LookupOutcome.STALE, LookupOutcome.EMPTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetOnCard:
    """One lookup's answer on a card; `shown_us` is None where no card had it."""

    facet: str
    outcome: str
    shown_us: int | None


class FacetViews(NamedTuple):
    """On how many cards of a call a facet had something, and how it was met there."""

    cards: int = 0
    in_view: int = 0
    opened: int = 0
    unopened: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CardShown:
    """The card of one agent of the call: when it rang there, and what came when.

    `delivered_us` is when the browser said that the card was painted, `pop_ms` from
    the event's receipt until then, `painted_ms` the browser's part of it.
    """

    rang_us: int | None
    answered_us: int | None
    delivered_us: int | None = None
    pop_ms: float | None = None
    painted_ms: float | None = None
    facets: tuple[FacetOnCard, ...] = ()

    @property
    def complete_ms(self) -> float | None:
        """From the ring until the last facet was on it."""
        times = [each.shown_us for each in self.facets if each.shown_us is not None]
        if self.rang_us is None or not times:
            return None
        return max(0, max(times) - self.rang_us) / 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PoppedCall:
    """A call from outside that is over. `handle_us`: talk with hold, of all agents.

    `people` are those who answered: for the least size of a group alone.
    """

    queue: str
    has_number: bool
    is_matched: bool
    cards: tuple[CardShown, ...] = ()
    handle_us: int | None = None  # None: not answered
    views: Mapping[str, FacetViews] = field(default_factory=dict)
    people: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        """The customer is known, and each source that was asked gave an answer."""
        facets = [facet for card in self.cards for facet in card.facets]
        answered = all(each.outcome in ANSWERED_BY_SOURCE for each in facets)
        return self.is_matched and bool(facets) and answered
