"""Which configuration fits this database, and why? From its tables alone.

Pure: tables in, queries and reasons out. A choice rests on the names of tables and
columns and on what refers to what; `screenpop init` runs each query before it is
proposed.
"""

# ruff: noqa: S608  queries of quoted names; values are bound
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_PHONE = re.compile(
    r"phone|mobile|cell|fax|telef|handy|\btel\b|tel(no|nr|num)|^tel", re.I
)
_NAME = re.compile(
    r"^(customer|company|firm|client|party|account|display|full)?_?(name)$|^company$|^firma$",
    re.I,
)
_NUMBER_KIND = re.compile(r"phone|mobile|cell|fax|tel|other", re.I)
_FIRST, _LAST = (
    re.compile(r"first_?name|vorname", re.I),
    re.compile(r"last_?name|surname|nachname", re.I),
)
_PEOPLE = re.compile(
    r"customer|client|contact|party|debtor|^accounts?$|kunde|partner|member", re.I
)
_OTHERS = re.compile(
    r"employ|staff|user|supplier|vendor|shipper|office|lieferant", re.I
)
_ORDERS = re.compile(r"order|sale|invoice|bill|auftrag|rechnung", re.I)
_DATE = re.compile(r"date|datum|_at$", re.I)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*\Z")
_RESERVED = frozenset(
    [
        "order",
        "group",
        "user",
        "key",
        "limit",
        "table",
        "index",
        "select",
        "from",
        "where",
        "type",
        "value",
        "desc",
    ]
)
_MORE = {
    "contact": r"contact_?name",
    "city": r"^city|town|^ort$",
    "country": r"^country",
    "email": r"e_?mail",
}
ORDERS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A column that refers to a column of another table."""

    column: str
    table: str
    other: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSeen:
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    kinds: tuple[str, ...] = ()  # values of its column `type`, where it has one

    def named(self, pattern: str | re.Pattern[str]) -> list[str]:
        found = re.compile(pattern, re.I) if isinstance(pattern, str) else pattern
        return [name for name in self.columns if found.search(name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """`lookups`: query by name, with its facet. `reasons` are sentences."""

    table: str
    contacts: str
    lookups: dict[str, tuple[str, str]] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


def people_tables(tables: Sequence[TableSeen]) -> list[str]:
    """Tables that may hold the customers, the likeliest first."""
    scored = [(_score(table, tables), table.name) for table in tables]
    return [name for score, name in sorted(scored, key=lambda x: -x[0]) if score > 0]


def _score(table: TableSeen, tables: Sequence[TableSeen]) -> float:
    if not _key_of(table) or not (_names(table) or table.named(_FIRST)):
        return 0
    phones = bool(table.named(_PHONE)) or bool(_numbers_of(table, tables))
    if not phones:
        return 0
    score = (
        2.0
        + 3 * bool(_PEOPLE.search(table.name))
        - 3 * bool(_OTHERS.search(table.name))
    )
    score += any(_link(each, table) for each in tables if _ORDERS.search(each.name))
    return max(score, 0.1)


def proposed(table: TableSeen, tables: Sequence[TableSeen], dialect: str) -> Proposal:
    """Contacts, and the lookups that its other tables allow."""
    writer = _Writer(dialect)
    contacts, reasons = writer.contacts(table, tables)
    lookups: dict[str, tuple[str, str]] = {}
    for orders in _orders_of(table, tables):
        query, why = writer.orders(orders, table, tables)
        lookups["last_orders"] = ("sales_history", query)
        reasons.append(why)
        break
    for limit in table.named(r"credit_?limit"):
        lookups["limit"] = ("credit_terms", writer.limit(table, limit))
        reasons.append(f"{table.name}.{limit} is the credit limit")
    return Proposal(
        table=table.name, contacts=contacts, lookups=lookups, reasons=tuple(reasons)
    )


class _Writer:
    """SQL in the words of one kind of database."""

    def __init__(self, dialect: str):
        self._mark = "`" if dialect in ("mysql", "mariadb") else '"'
        self._concat = dialect in ("mysql", "mariadb")
        self._rounds_numeric = dialect == "postgresql"  # and no other kind of number

    def q(self, name: str) -> str:
        if _PLAIN.match(name) and name not in _RESERVED:
            return name
        return f"{self._mark}{name.replace(self._mark, self._mark * 2)}{self._mark}"

    def rounded(self, amount: str) -> str:
        exact = f"cast({amount} as numeric)" if self._rounds_numeric else amount
        return f"round({exact}, 2)"

    def contacts(
        self, table: TableSeen, tables: Sequence[TableSeen]
    ) -> tuple[str, list[str]]:
        key, phones = str(_key_of(table)), table.named(_PHONE)
        columns = [(f"p.{self.q(key)}", "key"), (self._name(table), "name")]
        reasons = [f"{table.name} has the customers: {key} is their key"]
        source, where = f"{self.q(table.name)} p", ""
        if phones:
            names = ["phone", *(f"phone_{n}" for n in range(2, len(phones) + 1))]
            columns += [
                (f"p.{self.q(x)}", n) for x, n in zip(phones, names, strict=True)
            ]
            reasons.append(f"numbers stand in {', '.join(phones)}")
        for found, link, value in _numbers_of(table, tables)[:1] if not phones else ():
            columns.append((f"c.{self.q(value)}", "phone"))
            source += (
                f" join {self.q(found.name)} c on c.{self.q(link)} = p.{self.q(key)}"
            )
            kinds = [kind for kind in found.kinds if _NUMBER_KIND.search(kind)]
            if kinds:
                texts = ", ".join("'" + kind.replace("'", "''") + "'" for kind in kinds)
                where = f" where c.{self.q('type')} in ({texts})"
            reasons.append(
                f"numbers stand in {found.name}.{value}, which refers to it by {link}"
            )
        for alias, pattern in _MORE.items():
            columns += [(f"p.{self.q(x)}", alias) for x in table.named(pattern)[:1]]
        chosen = ", ".join(f"{column} as {self.q(alias)}" for column, alias in columns)
        return f"select {chosen} from {source}{where}", reasons

    def _name(self, table: TableSeen) -> str:
        if names := _names(table):
            return f"p.{self.q(names[0])}"
        parts = [*table.named(_FIRST)[:1], *table.named(_LAST)[:1]]
        texts = [f"coalesce(p.{self.q(part)}, '')" for part in parts]
        if self._concat:
            return "concat(" + ", ' ', ".join(texts) + ")"
        return " || ' ' || ".join(texts)

    def orders(
        self, orders: TableSeen, table: TableSeen, tables: Sequence[TableSeen]
    ) -> tuple[str, str]:
        key, link = str(_key_of(orders)), str(_link(orders, table))
        date = f"o.{self.q(_dates(orders)[0])}"
        columns = [(f"o.{self.q(key)}", "order"), (date, "date")]
        columns += [
            (f"o.{self.q(x)}", "status") for x in orders.named("^status|^state")[:1]
        ]
        source, group = f"{self.q(orders.name)} o", ""
        why = f"{orders.name} has the orders: {link} is the customer"
        for lines in tables:
            of, sums = _link(lines, orders), _amounts(lines)
            if of is None or sums is None or lines is orders:
                continue
            quantity, price = (f"d.{self.q(each)}" for each in sums)
            total = self.rounded(f"sum({quantity} * {price})")
            group = " group by " + ", ".join(column for column, _ in columns)
            columns.append((total, "total"))
            source += (
                f" join {self.q(lines.name)} d on d.{self.q(of)} = o.{self.q(key)}"
            )
            why += f"; totals are {sums[0]} times {sums[1]} of {lines.name}"
            break
        chosen = ", ".join(f"{column} as {self.q(alias)}" for column, alias in columns)
        return (
            f"select {chosen} from {source} where o.{self.q(link)} = :customer.key"
            f"{group} order by {date} desc limit {ORDERS_SHOWN}"
        ), why

    def limit(self, table: TableSeen, column: str) -> str:
        key = self.q(str(_key_of(table)))
        return (
            f"select {self.q(column)} as {self.q('limit')} from"
            f" {self.q(table.name)} where {key} = :customer.key"
        )


def _key_of(table: TableSeen) -> str | None:
    if len(table.key) == 1:
        return table.key[0]
    named = table.named(r"^id$|^code$|^(\w*)(id|number|no|nr)$")
    return named[0] if named and not table.key else None


def _names(table: TableSeen) -> list[str]:
    return table.named(_NAME)


def _link(table: TableSeen, to: TableSeen) -> str | None:
    """The column of `table` that refers to `to`: declared, or by its name."""
    for link in table.links:
        if link.table == to.name:
            return link.column
    key = _key_of(to)
    words = {key, f"{to.name}_id", f"{to.name.rstrip('s')}_id"} - {"id", None}
    parts = set(to.name.split("_"))
    if len(parts) == 1:  # `party` refers to `party_party`, `type` to no `…_type`
        words |= parts
    return (
        next((name for name in table.columns if name in words), None)
        if table != to
        else None
    )


def _numbers_of(
    table: TableSeen, tables: Sequence[TableSeen]
) -> list[tuple[TableSeen, str, str]]:
    """Tables that hold numbers of this one's rows: (table, link, column)."""
    found = []
    for each in tables:
        link = _link(each, table)
        values = each.named(_PHONE) or (
            each.named("^value$|^number$") if each.kinds else []
        )
        if (
            link is not None
            and values
            and re.search("phone|contact|mechanism|tel", each.name, re.I)
        ):
            found.append((each, link, values[0]))
    return found


def _orders_of(table: TableSeen, tables: Sequence[TableSeen]) -> Iterator[TableSeen]:
    fitting = [
        each
        for each in tables
        if each is not table and _ORDERS.search(each.name) and _link(each, table)
        and _key_of(each) and _dates(each)
    ]  # fmt: skip
    yield from sorted(fitting, key=lambda each: len(each.name))


def _dates(table: TableSeen) -> list[str]:
    own = [name for name in table.named(_DATE) if _ORDERS.search(name)]
    return own or table.named(_DATE)


def _amounts(table: TableSeen) -> tuple[str, str] | None:
    quantity, price = table.named("quantity|qty|menge"), table.named("price|preis")
    if not (quantity and price):
        return None
    return min(quantity, key=len), min(price, key=len)


# -- A customer card of another system: a SQL text with a placeholder for the number

_PLACEHOLDER = re.compile(
    r"'?(?P<before>%?)"
    r"(?P<mark>\$\{?(?:EXTEN|NUMBER|CALLERID|PHONE)\}?|\{\{?\s*(?:number|phone)\s*\}?\}"
    r"|:(?:number|phone)\b|(?<![\w'])\?(?![\w']))"
    r"(?P<after>%?)'?",
    re.I,
)


def card_query(text: str, dialect: str) -> str | None:
    """The same question with a bound parameter; None: it has no placeholder.

    A number within `%…%` is compared by its last eight digits, which every writing
    of it has; otherwise in E.164.
    """
    concat = dialect in ("mysql", "mariadb")

    def bound(match: re.Match[str]) -> str:
        if not (match["before"] or match["after"]):
            return ":number"
        parts = [f"'{match['before']}'" if match["before"] else "", ":suffix8"]
        parts.append(f"'{match['after']}'" if match["after"] else "")
        used = [part for part in parts if part]
        return f"concat({', '.join(used)})" if concat else " || ".join(used)

    made, count = _PLACEHOLDER.subn(bound, text.strip().rstrip(";"))
    return made if count else None
