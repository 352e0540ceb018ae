"""Which offers stand on a customer's card, and in which words?

`Offering` holds one trained model with the items as the feed last gave them. It is
immutable: a new model or a new reading of items makes another one, swapped in one step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from screenpop.connector.orders import ItemNow, ItemRecord
from screenpop.domain.profile import Row, Scalar
from screenpop.insight.model_file import ModelFiles
from screenpop.insight.order_reader import ItemRow, OrderReader
from screenpop.insight.outlook import Outlook
from screenpop.insight.ranking import Task
from screenpop.insight.reasons import Reason, in_a_sentence
from screenpop.insight.recommender import Recommendation, Recommender
from screenpop.insight.training import FOLDER
from screenpop.support.clock import iso_from_us

ASKED_TIMES = 5
"""So many times more items are ranked than shown: some are out of stock by now."""
DAY_S = 86_400.0
NEW_CUSTOMERS_MAX = 10_000  # of others the card says that no orders are known
SENTENCES_MAX = 2  # of reasons under one offer

LiveAnswers = Mapping[str, ItemNow | None]
"""What a live question about items brought; None: no answer, the feed's values count.
Items that are not in it were not asked about."""
NOTHING_ASKED: LiveAnswers = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDraft:
    """Items of one list, best first; `unasked` of them wait for a live answer.

    `undeliverable` items ranked above the last of them are out of stock or not sold.
    """

    items: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    undeliverable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offering:
    """The answers of one model, for offers that can be delivered."""

    recommender: Recommender
    items: Mapping[str, ItemRow]
    currency: str | None = None  # of the orders' amounts
    opted_out: Collection[str] = frozenset()
    """Customers who opted out, as last read: the model may still know them."""
    new_customers: Collection[str] = frozenset()
    """Customers whose orders are all newer than the model's."""
    offers_max: int = 3
    excluded_items: Collection[str] = frozenset()
    _last: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """The ranking for the last customer: one call asks for it twice."""

    def is_withheld(self, customer: str) -> bool:
        """Did they opt out, or were they excluded when the model was trained?"""
        return customer in self.opted_out or customer in self.recommender.model.withheld

    def is_known(self, customer: str) -> bool:
        """Has this customer orders here? Others get nothing: it would be a guess."""
        return not self.is_withheld(customer) and bool(
            self.recommender.last_order(customer)
        )

    def drafts(
        self, facet: str, customer: str, live: LiveAnswers | None = None
    ) -> tuple[OfferDraft, tuple[str, ...]]:
        """The list of `recommendations` or `goes_with`, and all items to ask about.

        `live`: what was asked so far; None: nothing is asked. `goes_with` has no item
        that stands in `recommendations`, so it waits for that list's items, too.
        """
        likely = self._draft(self._likely(customer), live)
        if facet != "goes_with":
            return likely, likely.unasked
        taken = frozenset(likely.items)
        last = self.recommender.last_order(customer)
        ranked = self.recommender.complete(last, self._asked + len(taken), customer)
        draft = self._draft([item for item in ranked if item not in taken], live)
        return draft, (*likely.unasked, *draft.unasked)

    def _likely(self, customer: str) -> tuple[str, ...]:
        found = self._last.get(customer)
        if found is None:
            found = tuple(self.recommender.recommend(customer, self._asked))
            self._last.clear()
            self._last[customer] = found
        return found

    def _draft(self, ranked: Iterable[str], live: LiveAnswers | None) -> OfferDraft:
        """The first items that can be delivered, as far as is known."""
        items: list[str] = []
        unasked: list[str] = []
        undeliverable = 0
        for key in ranked:
            if len(items) == self.offers_max:
                break
            if key in self.excluded_items:
                continue
            known = self.items.get(key)
            is_sold = known is None or known.active
            if is_sold and live is not None and key not in live:
                unasked.append(key)
            elif not (is_sold and _deliverable(known, live[key] if live else None)):
                undeliverable += 1
                continue
            items.append(key)
        return OfferDraft(
            items=tuple(items), unasked=tuple(unasked), undeliverable=undeliverable
        )

    def rows(
        self,
        facet: str,
        customer: str,
        items: Sequence[str],
        now_s: float,
        live: LiveAnswers = NOTHING_ASKED,
    ) -> tuple[Row, ...]:
        """These items as rows of a facet, with reasons, stock and price."""
        with_last = facet == "goes_with"
        basket = self.recommender.last_order(customer) if with_last else ()
        task: Task = "goes_with" if with_last else "likely_next"
        found = self.recommender.because(items, customer, basket=basket, now=now_s)
        return tuple(
            {
                **self._row(each, task, now_s),
                **_delivery(self.items.get(each.item), live.get(each.item)),
            }
            for each in found
        )

    def likely(self, customer: str, now_s: float) -> tuple[Row, ...]:
        """Rows of the facet `recommendations`, as the items were last read."""
        return self._of_feed("recommendations", customer, now_s)

    def goes_with(self, customer: str, now_s: float) -> tuple[Row, ...]:
        """Rows of the facet `goes_with`: what goes with their last order."""
        return self._of_feed("goes_with", customer, now_s)

    def _of_feed(self, facet: str, customer: str, now_s: float) -> tuple[Row, ...]:
        if not self.is_known(customer):
            return ()
        draft, _ = self.drafts(facet, customer)
        return self.rows(facet, customer, draft.items, now_s)

    def outlook(self, customer: str, now_s: float) -> tuple[Row, ...]:
        """The row of the facet `outlook`: when and for how much they order next."""
        found = self.recommender.outlook(customer, now=now_s)
        if found is None:
            return ()
        today_s = max(now_s, self.recommender.model.outlook.now * DAY_S)

        def on(days: float | None) -> str | None:
            return None if days is None else _day(today_s + days * DAY_S)

        trend, usual = found.trend, found.usual_interval_days
        values = {
            "next_from": on(found.next_from_days),
            "next_to": on(found.next_to_days),
            "usual_days": None if usual is None else round(usual),
            "spend_low": _money(found.spend_from),
            "spend_high": _money(found.spend_to),
            "currency": self.currency,
            "trend": None if trend is None else round(100 * trend),
            "at_risk": found.at_risk,
            "why": _late(found) if found.at_risk else None,
        }
        return ({name: x for name, x in values.items() if x is not None},)

    @property
    def _asked(self) -> int:
        return self.offers_max * ASKED_TIMES

    def _row(self, each: Recommendation, task: Task, now_s: float) -> Row:
        row: dict[str, Scalar] = {
            "product": self._named(each.item),
            "sku": each.item,
            "reason": self._sentence(each.reasons),
            "basis": each.reasons[0].kind if each.reasons else "",
            "model": self.recommender.choices[task].variant,
        }
        for reason in each.reasons:
            if reason.kind == "due_again":
                row["usual_days"] = reason.usual_days
                row["last_bought"] = _day(now_s - reason.last_days * DAY_S)
        return row

    def _sentence(self, reasons: Sequence[Reason]) -> str:
        """`In 14 of their last 20 orders; usually every 35 days, last 63 days ago.`"""
        return in_a_sentence(
            [each.text(self._named(each.other)) for each in reasons[:SENTENCES_MAX]]
        )

    def _named(self, key: str) -> str:
        item = self.items.get(key)
        return item.name if item is not None and item.name else key


def _deliverable(item: ItemRow | None, now: ItemNow | None) -> bool:
    """Sold, and not known to be out of stock; the newer knowledge counts."""
    if now is not None and not now.is_older_than(item and item.read_us):
        if not now.record.active:
            return False
        if now.record.stock is not None:
            return now.record.stock > 0
    if item is None:
        return True
    return item.active and (item.stock is None or item.stock > 0)


def _delivery(item: ItemRow | None, now: ItemNow | None) -> Row:
    """Stock and price; `as_of` is the age of what is not known of this moment."""
    known: list[tuple[ItemRecord | ItemRow, int | None]] = []
    if now is not None and not now.is_older_than(item and item.read_us):
        known.append((now.record, None if now.is_fresh else now.fetched_us))
    if item is not None:
        known.append((item, item.read_us))
    stock, stock_us = next(
        ((x.stock, at) for x, at in known if x.stock is not None), (None, None)
    )
    priced, price_us = next(
        ((x, at) for x, at in known if x.price is not None), (None, None)
    )
    read_us = [at_us for at_us in (stock_us, price_us) if at_us is not None]
    values: dict[str, Scalar] = {
        "stock": stock,
        "price": None if priced is None else _money(priced.price),
        "currency": None if priced is None else priced.currency,
        "category": next((x.category for x, _ in known if x.category), None),
        "as_of": iso_from_us(min(read_us)) if read_us else None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _money(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _late(found: Outlook) -> str:
    """Why a customer may be lost, in the numbers that say so."""
    last = f"last order {found.last_order_days:.0f} days ago"
    if found.usual_interval_days is None:
        return f"Ordered once; {last}"
    return f"Usually every {found.usual_interval_days:.0f} days; {last}"


def _day(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).date().isoformat()


def offering_of(folder: Path, recommender: Recommender, offers_max: int) -> Offering:
    """With the items of a `data_dir`. It blocks. Raises `Unavailable`."""
    with OrderReader(folder) as reader:
        items, currency = shelf(reader.items()), reader.currency()
        opted_out = reader.opted_out()
        newest_s = recommender.model.book.items.now
        new_customers = reader.customers_since(newest_s, NEW_CUSTOMERS_MAX)
    return Offering(
        recommender=recommender,
        items=items,
        currency=currency,
        opted_out=opted_out,
        new_customers=new_customers,
        offers_max=offers_max,
    )


def shelf(items: Iterable[ItemRow]) -> Mapping[str, ItemRow]:
    return {item.key: item for item in items}


def newest_offering(folder: Path, offers_max: int) -> Offering | None:
    """From the newest usable model, None: there is none. Otherwise as `offering_of`."""
    found = ModelFiles(folder / FOLDER).read()
    if found is None:
        return None
    return offering_of(folder, Recommender(found[1]), offers_max)
