"""How are offers made from orders, and for whom not?"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


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
    excluded_customers: tuple[str, ...] = Field(
        (),
        max_length=100_000,
        description="Keys of customers for whom nothing is computed.",
    )
    excluded_items: tuple[str, ...] = Field(
        (), max_length=100_000, description="Keys of items that are never offered."
    )
