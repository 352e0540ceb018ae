"""How is a rule of the sales policy written?

Names and types in `when`, `say` and `because` are checked by `insight.policy`, which
knows the facts.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from screenpop.domain.profile import PolicyKind

RuleName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Text = Annotated[str, Field(min_length=1, max_length=300)]
Words = tuple[Annotated[str, Field(min_length=1, max_length=80)], ...]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class OfferSelection(_Strict):
    """Which offers a rule is about."""

    everything: bool = Field(False, description="All offers.")
    categories: tuple[str, ...] = Field(
        (), description="Offers whose column `category` is one of these."
    )
    items: tuple[str, ...] = Field(
        (), description="Offers whose column `sku` is one of these."
    )


class PolicyRule(_Strict):
    """One rule of the sales policy."""

    name: RuleName = Field(description="Names it in reports and in `explain`.")
    kind: PolicyKind = Field(
        description="`do`: the next step; `offer`: something to offer; `avoid`: what"
        " must not be done or offered; `warn`: what the agent must know."
    )
    when: dict[str, Any] = Field(
        description="Conditions by name, all of which must hold; see docs/policy.md."
    )
    say: Text | tuple[Text, ...] = Field(
        description="The line on the card, with `{NAME}` for a value. Of a list, the"
        " first text whose values are all known."
    )
    because: Text | tuple[Text, ...] = Field(
        (), description="The reason below it, written like `say`."
    )
    priority: int = Field(
        50, ge=0, le=100, description="Higher comes first among rules of one kind."
    )
    until: date | None = Field(
        None, description="The last day on which it applies, e.g. 2026-12-24."
    )
    offers: OfferSelection = Field(
        default_factory=OfferSelection,
        description="Which offers an `avoid` removes from the card, or an `offer` is"
        " about.",
    )

    @property
    def texts(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """`say` and `because`, each as the list of its alternatives."""
        both = (("say", self.say), ("because", self.because))
        return tuple((key, (x,) if isinstance(x, str) else x) for key, x in both)


class FactWords(_Strict):
    """Words by which facts are found in what people wrote. Case does not matter."""

    payment_promised: Words = Field(
        ("payment promised", "promised to pay"),
        description="In a disposition or a note: the customer promised a payment.",
    )
    call_back: Words = Field(
        ("call back", "callback"),
        description="In a disposition or a note: a call back was promised.",
    )
    closed_ticket: Words = Field(
        ("closed", "resolved", "solved", "done", "cancelled", "rejected"),
        description="A ticket with one of these as its `status` is not open.",
    )
    warranty: Words = Field(
        ("warranty", "guarantee"),
        description="An entitlement with one of these in its `kind` is a warranty.",
    )


class ItemLookup(BaseModel):
    """Stock and price of an offer, asked by key while the phone rings.

    Further keys belong to the source's connector, as those of a lookup.
    """

    model_config = ConfigDict(extra="allow", frozen=True, allow_inf_nan=False)

    source: str = Field(description="A name under `sources`.")
    timeout_ms: int = Field(
        400,
        gt=0,
        le=5_000,
        description="A list of offers waits this long at most; then stock and price"
        " stand as last known, with their age.",
    )
    cache_s: float | None = Field(None, ge=0, description="Instead of the source's.")

    @property
    def own(self) -> dict[str, Any]:
        """The keys that belong to the connector."""
        return dict(self.model_extra or {})


class InsightSettings(BaseModel):
    """Offers and outlook from the orders that sources give."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    customers_of: tuple[str, ...] = Field(
        (),
        description="Sources whose customers have the keys that the orders name;"
        " none named: every source.",
    )
    holdout_share: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Share of calls, drawn by chance, whose card has no offers: to"
        " compare what these customers order anyway.",
    )
    train_every_h: float = Field(
        24, gt=0, description="The model is trained again after this time."
    )
    train_after_orders: int = Field(
        1_000,
        gt=0,
        description="And sooner, after so many new orders (at most once an hour).",
    )
    offers_max: int = Field(
        3, ge=1, le=10, description="Offers in each of the two lists of a card."
    )
    item_lookup: ItemLookup | None = Field(
        None,
        description="Where `stock`, `price`, `currency` and `active` of an item are"
        " asked with `:item.key`; default: as the feed last read them.",
    )
    excluded_customers: tuple[str, ...] = Field(
        (),
        max_length=100_000,
        description="Keys of customers for whom nothing is computed.",
    )
    excluded_items: tuple[str, ...] = Field(
        (), max_length=100_000, description="Keys of items that are never offered."
    )
