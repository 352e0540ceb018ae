"""Which offers stand on a customer's card, and in which words?

`Offering` holds one trained model with the items as the feed last gave them. It is
immutable: a new model or a new reading of items makes another one, swapped in one step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from screenpop.domain.profile import Row
from screenpop.insight.model_file import ModelFiles
from screenpop.insight.order_reader import ItemRow, OrderReader
from screenpop.insight.outlook import Outlook
from screenpop.insight.ranking import Task
from screenpop.insight.reasons import Reason
from screenpop.insight.recommender import Recommendation, Recommender
from screenpop.insight.training import FOLDER

ASKED_TIMES = 5
"""So many times more items are ranked than shown: some are out of stock by now."""
DAY_S = 86_400.0
SENTENCES_MAX = 2  # of reasons under one offer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Offering:
    """The answers of one model, for offers that can be delivered."""

    recommender: Recommender
    items: Mapping[str, ItemRow]
    currency: str | None = None  # of the orders' amounts
    offers_max: int = 3

    def likely(self, customer: str, now_s: float) -> tuple[Row, ...]:
        """Rows of the facet `recommendations`: what they are likely to buy next."""
        ranked = (
            self.recommender.explained(customer, self._asked, now=now_s)
            if self._is_known(customer)
            else ()
        )
        return self._rows(ranked, "likely_next", customer, now_s, frozenset())

    def goes_with(self, customer: str, now_s: float) -> tuple[Row, ...]:
        """Rows of the facet `goes_with`: what goes with their last order.

        Without what `likely` shows already.
        """
        if not self._is_known(customer):
            return ()
        last = self.recommender.last_order(customer)
        shown = frozenset(str(row["sku"]) for row in self.likely(customer, now_s))
        ranked = self.recommender.explained_with(
            last, self._asked + len(shown), customer, now=now_s
        )
        return self._rows(ranked, "goes_with", customer, now_s, shown)

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

    def _is_known(self, customer: str) -> bool:
        """Has this customer orders here? Others get nothing: it would be a guess."""
        return bool(self.recommender.last_order(customer))

    def _rows(
        self,
        ranked: Sequence[Recommendation],
        task: Task,
        customer: str,
        now_s: float,
        shown: frozenset[str],
    ) -> tuple[Row, ...]:
        due = {
            each.item: each
            for each in (
                self.recommender.due_again(customer, now=now_s) if ranked else ()
            )
        }
        rows: list[Row] = []
        for each in ranked:
            item = self.items.get(each.item)
            if each.item in shown or not _deliverable(item):
                continue
            row = self._row(each, item, task)
            if (again := due.get(each.item)) is not None:
                row["usual_days"] = again.usual_days
                row["last_bought"] = _day(now_s - again.last_days * 86_400)
            rows.append(row)
            if len(rows) == self.offers_max:
                break
        return tuple(rows)

    def _row(
        self, each: Recommendation, item: ItemRow | None, task: Task
    ) -> dict[str, str | int | float | None]:
        row: dict[str, str | int | float | None] = {
            "product": self._named(each.item),
            "sku": each.item,
            "reason": self._sentence(each.reasons),
            "basis": each.reasons[0].kind if each.reasons else "",
            "model": self.recommender.choices[task].variant,
        }
        if item is not None:
            known = {
                "stock": item.stock,
                "price": _money(item.price),
                "currency": item.currency,
                "category": item.category,
            }
            row |= {name: value for name, value in known.items() if value is not None}
        return row

    def _sentence(self, reasons: Sequence[Reason]) -> str:
        """`In 14 of their last 20 orders; usually every 35 days, last 63 days ago.`"""
        said = "; ".join(
            each.text(self._named(each.other)) for each in reasons[:SENTENCES_MAX]
        )
        return f"{said[:1].upper()}{said[1:]}." if said else ""

    def _named(self, key: str) -> str:
        item = self.items.get(key)
        return item.name if item is not None and item.name else key


def _deliverable(item: ItemRow | None) -> bool:
    """Active and not known to be out of stock."""
    if item is None:
        return True
    return item.active and (item.stock is None or item.stock > 0)


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
    return Offering(
        recommender=recommender,
        items=items,
        currency=currency,
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
