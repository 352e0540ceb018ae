"""How did calls end, whose were they, what came of them? `GET /v1/stats/kinds`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from aiohttp import web

from screenpop.domain.errors import BadInput
from screenpop.domain.orders_after import OrderSums
from screenpop.history.kinds import (
    CALLERS_MAX,
    CallKind,
    KindCalls,
    KindFigure,
    KindGroup,
)
from screenpop.history.past_counts import CountsAsked
from screenpop.support.table import TableColumn, columns
from screenpop.wallboard.groups import merged_queues
from screenpop.web.asked import (
    NAME_CHARS_MAX,
    choice,
    counts_asked,
    heading,
    zone_of,
)
from screenpop.web.body import text, whole_number
from screenpop.web.site import Site, Visit, answered
from screenpop.web.stats import (
    CALLS_DEFAULT,
    CALLS_MAX,
    CURSOR_CHARS_MAX,
    OUTCOMES,
    call_row,
    cursor_of,
    place_in,
)
from screenpop.web.table_answer import answered_table, table_format

DAYS_MAX = 400
ORDERS_DAYS = 7
ORDERS_DAYS_MAX = 60
CUSTOMERS: Mapping[str, str] = {
    "known": "Known customer",
    "unknown": "Number not known",
    "withheld": "No number",
}
FIGURES: Mapping[KindFigure, tuple[str, ...]] = {
    "calls": (),
    "answered": ("Answered",),
    "known": ("Known customer",),
    "orders": ("Known customer",),
}
OF_FEW = "\0"  # no result has this code
NAMELESS: Mapping[str, str] = {"": "None", OF_FEW: "Several, of few people"}


async def show(site: Site, visit: Visit) -> web.StreamResponse:
    """A row for each outcome, result, kind of customer, queue, line or number."""
    query, zone = visit.request.query, zone_of(site)
    asked, group = _asked(site, query)
    days = _orders_days(query)
    kinds = site.services.kinds
    found = await kinds.rows(asked, group)
    sums, more = await site.services.orders_after((), days), False
    if sums is not None:  # there is a source of orders
        callers, more = await kinds.callers(asked, group)
        sums = await site.services.orders_after(callers, days)
    few = _few(site, found)
    labels = _labels(site, group)
    if group == "result":
        found = _merged(found, few)
    rows = [_row(each, labels, sums, hidden=each.name in few) for each in found]
    results = site.services.labels.get("result", {})
    if form := table_format(visit.request):
        return await answered_table(form, *_table(rows, results), f"by-{group}")
    return answered(
        {
            **heading(asked, zone),
            "group": group,
            "orders_days": None if sums is None else days,
            "orders_of": f"The newest {CALLERS_MAX:,} calls." if more else None,
            "results": dict(results),
            "rows": rows,
        }
    )


async def show_calls(site: Site, visit: Visit) -> web.StreamResponse:
    """The calls of one row, the newest first. Written to the audit."""
    query, zone = visit.request.query, zone_of(site)
    asked, group = _asked(site, query)
    name = text(query, "name", NAME_CHARS_MAX) or ""
    if group == "dialled" and name.startswith(" "):
        name = f"+{name.lstrip()}"  # a plus that was not encoded
    limit = whole_number(query, "limit", CALLS_DEFAULT, 1, CALLS_MAX)
    cursor = text(query, "before", CURSOR_CHARS_MAX)
    before = None if cursor is None else place_in(cursor)
    figure = choice(query, "figure", get_args(KindFigure), "calls")
    result = text(query, "result", NAME_CHARS_MAX)
    kinds, is_work = site.services.kinds, result is not None or figure == "orders"
    if (group == "result" or is_work) and _hides(
        site, await kinds.rows(asked, group), name
    ):
        raise BadInput(
            "name: too few people took these calls, or chose this result.",
            code="bad_query",
            remedy="Leave the queue or number out, or see privacy.group_min.",
        )
    wanted = KindCalls(group=group, name=name, figure=figure, result=result)
    if figure == "orders":
        wanted = await _ordered(site, asked, query, wanted)
    found = await kinds.calls(asked, wanted, before, limit)
    await site.services.audit(visit.user.username, "stats.calls", f"{group}={name}")
    why, rule = _why(site, query, wanted), site.services.groups()
    return answered(
        {
            **heading(asked, zone),
            "number": name,
            "calls": [
                {**call_row(call, (), zone, rule, site.services.labels), "why": why}
                for call in found
            ],
            "before": cursor_of(found[-1].place) if len(found) == limit else None,
        }
    )


async def _ordered(
    site: Site, asked: CountsAsked, query: Any, wanted: KindCalls
) -> KindCalls:
    """With the calls of the row that an order came after."""
    days = _orders_days(query)
    callers, _ = await site.services.kinds.callers(asked, wanted.group)
    sums = await site.services.orders_after(callers, days) or {}
    of_row = sums.get(wanted.name, OrderSums())
    return replace(wanted, callers=frozenset(of_row.callers))


def _orders_days(query: Any) -> int:
    return whole_number(query, "orders_days", ORDERS_DAYS, 1, ORDERS_DAYS_MAX)


def _why(site: Site, query: Any, wanted: KindCalls) -> str:
    """Each condition that a call of the list meets."""
    label = _labels(site, wanted.group).get(wanted.name, wanted.name)
    words = [label, *FIGURES[wanted.figure]]
    if wanted.figure == "orders":
        words.append(f"An order within {_orders_days(query)} days")
    if wanted.result is not None:
        results = site.services.labels.get("result", {})
        words.append(f"Last result: {results.get(wanted.result, wanted.result)}")
    return "".join(f"{each}. " for each in words).rstrip()


def _asked(site: Site, query: Any) -> tuple[CountsAsked, KindGroup]:
    asked = counts_asked(site, query, days_max=DAYS_MAX)
    return asked, choice(query, "group", get_args(KindGroup), "outcome")


def _hides(site: Site, found: list[CallKind], name: str) -> bool:
    """Also a row beyond those that are shown: how many took its calls is not known."""
    if site.services.groups().names_figures:
        return False
    return name in _few(site, found) or all(each.name != name for each in found)


def _few(site: Site, found: list[CallKind]) -> set[str]:
    """Rows whose calls were taken by too few people for figures of their work.

    A row whose calls were not taken hides nothing. Where retention removed who took
    them, no one is known to have.
    """
    rule = site.services.groups()
    if rule.names_figures:
        return set()
    taken = {each.name: each.people for each in found if each.answered}
    return {*merged_queues(taken, site.services.privacy.group_min)}


def _merged(found: list[CallKind], few: set[str]) -> list[CallKind]:
    """How often a result was chosen is a figure of work: one row for those of few."""
    together = [each for each in found if each.name in few]
    if not together:
        return found
    kept = [each for each in found if each.name not in few]
    few.add(OF_FEW)
    return [
        *kept,
        CallKind(
            name=OF_FEW,
            calls=sum(each.calls for each in together),
            answered=sum(each.answered for each in together),
            known=sum(each.known for each in together),
        ),
    ]


def _labels(site: Site, group: KindGroup) -> Mapping[str, str]:
    if group == "outcome":
        return OUTCOMES
    if group == "customer":
        return CUSTOMERS
    return {**NAMELESS, **site.services.labels.get(group, {})}


def _row(
    kind: CallKind,
    labels: Mapping[str, str],
    sums: Mapping[str, OrderSums] | None,
    *,
    hidden: bool,
) -> dict[str, Any]:
    """Results and sales of few people are left out: they are figures of their work."""
    of_orders = None if sums is None or hidden else sums.get(kind.name, OrderSums())
    return {
        "name": None if kind.name == OF_FEW else kind.name,
        "label": labels.get(kind.name, kind.name),
        "calls": kind.calls,
        "answered": kind.answered,
        "known": kind.known,
        "results": None if hidden else dict(kind.results),
        "orders": None if of_orders is None else of_orders.orders,
        "revenue": None if of_orders is None else _rounded(of_orders.revenue),
    }


def _rounded(revenue: Mapping[str, float]) -> dict[str, float]:
    return {currency: round(amount, 2) for currency, amount in sorted(revenue.items())}


def _table(
    rows: Sequence[dict[str, Any]], results: Mapping[str, str]
) -> tuple[list[TableColumn], list[dict[str, Any]]]:
    """A column for each result and each currency."""
    codes = sorted({code for row in rows for code in row["results"] or ()})
    currencies = sorted({each for row in rows for each in row["revenue"] or ()})
    shape = [
        *columns("text", "name", "label"),
        *columns("count", "calls", "answered", "known"),
        *(
            TableColumn(name=f"result_{x}", kind="count", label=results.get(x, ""))
            for x in codes
        ),
        *columns("count", "orders"),
        *columns("number", *(f"revenue_{each}" for each in currencies)),
    ]
    flat = [
        {
            **row,
            **_spread("result", codes, row["results"]),
            **_spread("revenue", currencies, row["revenue"]),
        }
        for row in rows
    ]
    return shape, flat


def _spread(
    name: str, keys: Sequence[str], values: Mapping[str, float] | None
) -> dict[str, float | None]:
    return {
        f"{name}_{key}": None if values is None else values.get(key, 0) for key in keys
    }
