"""Which cards does a small wholesaler see? Real frames with made-up people.

The golden frames, the mock server of the UI and the README's pictures use them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from screenpop.config.facets import BUILT_IN
from screenpop.desk import frames as f
from screenpop.domain.profile import (
    Facet,
    Field,
    FieldState,
    OtherValue,
    Scalar,
    SourceNote,
)

START = datetime(2026, 11, 20, 9, 12, 0, tzinfo=UTC)
ERP, CREDIT, CARDS = "ERP", "Credit department", "Index cards"

LINE = "telephones"
OCCURRENCE = 1_795_251_600_000


class Day:
    """The clock of one story."""

    def __init__(self, now: datetime = START):
        self.now = now

    def iso(self, ago_s: float = 0.0) -> str:
        at = self.now - timedelta(seconds=ago_s)
        return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def date(self, ago_days: int) -> str:
        return (self.now - timedelta(days=ago_days)).date().isoformat()


FACETS = (
    "identity", "balance", "credit_terms", "sales_history", "frequent_items",
    "yearly_totals", "recommendations", "interactions", "notes",
)  # fmt: skip
DISPOSITIONS = (
    ("order_taken", "Order taken", False),
    ("quote_wanted", "Wants a quote", False),
    ("payment_promised", "Payment promised", True),
    ("complaint", "Complaint", True),
    ("question_answered", "Question answered", False),
    ("call_back", "Call back", True),
)


def shapes() -> list[f.FacetShape]:
    built_in = [
        f.FacetShape(
            name=shape.name,
            label=shape.label,
            fields=[_column(c.name, c.label, c.type) for c in shape.fields],
            columns=[_column(c.name, c.label, c.type) for c in shape.columns],
        )
        for shape in BUILT_IN
        if shape.name in FACETS
    ]
    own = f.FacetShape(
        name="manners",
        label="Good to know",
        fields=[_column("prefers", "Prefers"), _column("birthday", "Birthday", "date")],
    )
    return [*built_in, own]


def _column(name: str, label: str, kind: str = "text") -> f.Column:
    return f.Column(name=name, label=label, type=kind)  # type: ignore[arg-type]


def hello(day: Day, offset: int = 0, **changes: object) -> f.Hello:
    said: dict[str, object] = {
        "offset": offset,
        "user": "ana",
        "name": "Ana Okafor",
        "role": "supervisor",
        "agent": "1001",
        "version": "0.1.0",
        "server_time": day.iso(),
        "heartbeat_s": 20.0,
        "company": "Larkspoke Cycle Supply",
        "locale": "en-GB",
        "default_country": "GB",
        "dispositions": [
            f.DispositionChoice(code=code, label=label, note_required=note)
            for code, label, note in DISPOSITIONS
        ],
        "facets": shapes(),
        "break_reasons": [
            f.BreakReason(name="lunch", label="Lunch", labels={"de": "Mittag"})
        ],
        "build": "1",
    }
    return f.Hello(**(said | changes))  # type: ignore[arg-type]


def agent(day: Day, offset: int, state: str = "available") -> f.AgentUpdated:
    return f.AgentUpdated(
        offset=offset,
        agent="1001",
        name="Ana Okafor",
        state=state,  # type: ignore[arg-type]
        since=day.iso(754),
    )


def pending(*sources: str) -> Facet:
    state = FieldState.PENDING
    notes = (SourceNote(lookup=f"{s} lookup", source=s, state=state) for s in sources)
    return Facet(state=state, notes=tuple(notes))


ASKED = {
    "identity": (ERP, CARDS), "balance": (ERP,), "credit_terms": (CREDIT,),
    "sales_history": (ERP,), "frequent_items": (ERP,), "yearly_totals": (ERP,),
    "recommendations": (ERP,), "interactions": ("Screenpop",), "notes": (CARDS,),
    "manners": (CARDS,),
}  # fmt: skip


def opened(
    day: Day, offset: int, call_id: str = "c-1", **changes: object
) -> f.PopOpened:
    """A call as it rings: nothing is known but what needs no asking."""
    said: dict[str, object] = {
        "offset": offset,
        "call_id": call_id,
        "line": LINE,
        "occurrence": OCCURRENCE,
        "state": "alerting",
        "direction": "inbound",
        "caller": f.Caller(
            presentation="allowed",
            number="+442079460958",
            display="020 7946 0958",
            country="GB",
            region="London",
            name="WHEELHOUSE LTD",
        ),
        "dialled": f.Dialled(
            number="+442079460100", display="020 7946 0100", label="Sales line"
        ),
        "queue": "sales",
        "queue_label": "Sales",
        "arrived_at": day.iso(6),
        "alerting_at": day.iso(2),
        "facets": {name: pending(*sources) for name, sources in ASKED.items()},
    }
    return f.PopOpened(**(said | changes))  # type: ignore[arg-type]


def values(
    day: Day,
    source: str,
    state: FieldState = FieldState.FRESH,
    ago_s: float = 1.0,
    **found: Scalar,
) -> dict[str, Field]:
    at = day.iso(ago_s)
    return {
        name: Field(value=value, source=source, fetched_at=at, state=state)
        for name, value in found.items()
    }


def fields(
    day: Day,
    source: str,
    state: FieldState = FieldState.FRESH,
    ago_s: float = 1.0,
    **found: Scalar,
) -> Facet:
    note = SourceNote(lookup=f"{source} lookup", source=source, state=state, ms=41.0)
    return Facet(
        state=state, fields=values(day, source, state, ago_s, **found), notes=(note,)
    )


def rows(
    day: Day, source: str, found: list[dict[str, Scalar]], ago_s: float = 1.0
) -> Facet:
    state = FieldState.FRESH if found else FieldState.EMPTY
    note = SourceNote(lookup=f"{source} lookup", source=source, state=state, ms=63.0)
    return Facet(
        state=state,
        rows=tuple(found),
        rows_source=source,
        rows_fetched_at=day.iso(ago_s),
        rows_state=state,
        notes=(note,),
    )


def trouble(source: str, state: FieldState, message: str) -> Facet:
    note = SourceNote(
        lookup=f"{source} lookup", source=source, state=state, message=message
    )
    return Facet(state=state, notes=(note,))


WHEELHOUSE = f.ShownCandidate(
    source="erp",
    key="10482",
    name="Marguerite Adeyemi",
    company="Wheelhouse Cycles Ltd",
    confidence=0.95,
    why="this number is Marguerite Adeyemi's in the ERP",
)


def identity(day: Day) -> Facet:
    found = values(
        day, ERP, name="Marguerite Adeyemi", company="Wheelhouse Cycles Ltd",
        contact="Marguerite Adeyemi", email="marguerite@wheelhouse.example",
        city="London", country="GB", segment="Trade", owner="Ben Ito",
        customer_since="2019-03-04", key="10482",
    )  # fmt: skip
    notes = (
        SourceNote(lookup="customer", source=ERP, state=FieldState.FRESH, ms=22.0),
        SourceNote(lookup="card", source=CARDS, state=FieldState.FRESH, ms=1.0),
    )
    return Facet(state=FieldState.FRESH, fields=found, notes=notes)


def balance(day: Day, overdue: str = "1240.00", hold: bool = False) -> Facet:
    facet = fields(
        day, ERP, open="3812.40", overdue=overdue,
        overdue_since=day.date(48) if overdue != "0.00" else None,
        credit_hold=hold, open_invoices=3, last_payment="960.00",
        last_payment_at=day.date(19), currency="GBP",
    )  # fmt: skip
    invoices: list[dict[str, Scalar]] = [
        {"invoice": "R-20917", "date": day.date(78), "due": day.date(48),
         "open": "1240.00", "total": "1240.00", "currency": "GBP"},
        {"invoice": "R-21266", "date": day.date(25), "due": day.date(-5),
         "open": "1880.00", "total": "2840.00", "currency": "GBP"},
        {"invoice": "R-21340", "date": day.date(9), "due": day.date(-21),
         "open": "692.40", "total": "692.40", "currency": "GBP"},
    ]  # fmt: skip
    listed = rows(day, ERP, invoices)
    return Facet(
        state=FieldState.FRESH, fields=facet.fields, notes=facet.notes,
        rows=listed.rows, rows_source=ERP, rows_fetched_at=listed.rows_fetched_at,
        rows_state=FieldState.FRESH,
    )  # fmt: skip


def credit(day: Day, used: str = "3812.40") -> Facet:
    return fields(
        day, CREDIT, ago_s=38, limit="5000.00", used=used, available="1187.60",
        payment_days=30, discount=7.5, rating="B+", blocked=False, reason=None,
        reviewed_at=day.date(61), currency="GBP",
    )  # fmt: skip


def orders(day: Day) -> Facet:
    told = (
        (
            "SO-8841",
            9,
            "692.40",
            "12 × Brake pads, sintered, 4 × Chain lube 120 ml",
            "invoiced",
        ),
        (
            "SO-8790",
            25,
            "2840.00",
            "10 × Tyre Gravel 40-622, 30 × Tube 28 in",
            "shipped",
        ),
        ("SO-8688", 52, "318.90", "6 × Bell brass, 2 × Floor pump", "invoiced"),
        ("SO-8604", 78, "1240.00", "4 × Wheelset touring 28 in", "invoiced"),
        ("SO-8533", 101, "455.20", "20 × Brake pads, sintered", "invoiced"),
        ("SO-8460", 127, "-84.50", "Credit note: 1 × Saddle Comfort", "credited"),
        ("SO-8391", 160, "1033.75", "8 × Light set 70 lux", "invoiced"),
    )
    return rows(day, ERP, [
        {"order": number, "date": day.date(ago), "total": total, "items": items,
         "status": status, "currency": "GBP"}
        for number, ago, total, items, status in told
    ])  # fmt: skip


def often(day: Day) -> Facet:
    told = (
        ("Brake pads, sintered", "BRK-310", 14, 9, 168),
        ("Tube 28 in Presta", "TUB-028", 11, 25, 330),
        ("Chain lube 120 ml", "LUB-120", 9, 9, 41),
        ("Tyre Gravel 40-622", "TYR-440", 6, 25, 58),
        ("Light set 70 lux", "LGT-070", 5, 160, 34),
    )
    return rows(day, ERP, [
        {"product": product, "sku": sku, "times": times, "last_bought": day.date(ago),
         "quantity": quantity}
        for product, sku, times, ago, quantity in told
    ])  # fmt: skip


def years(day: Day) -> Facet:
    told = ((2022, "9120.10"), (2023, "14380.00"), (2024, "21904.55"),
            (2025, "18230.00"), (2026, "24611.35"))  # fmt: skip
    return rows(
        day,
        ERP,
        [{"year": y, "total": t, "orders": 20, "currency": "GBP"} for y, t in told],
    )


def offers(day: Day) -> Facet:
    told = (
        ("Brake pads, organic", "BRK-320", 214, "11.90",
         "Buys pads about every 30 days; the last time was 9 days ago."),
        ("Studded tyre 42-622", "TYR-642", 36, "38.50",
         "In 41% of orders with Tyre Gravel 40-622, which they buy often."),
        ("Chain 11-speed", "CHN-011", 88, "24.00",
         "In 33% of orders with Chain lube 120 ml. Never bought it here."),
        ("Tubeless sealant 1 l", "SEA-100", 52, "19.90",
         "In 27% of orders with Tyre Gravel 40-622. Not bought since 2025-04-02."),
    )  # fmt: skip
    return rows(day, ERP, [
        {"product": product, "sku": sku, "reason": reason, "stock": stock,
         "price": price, "currency": "GBP"}
        for product, sku, stock, price, reason in told
    ])  # fmt: skip


def calls(day: Day) -> Facet:
    told = (
        (2, "Ben Ito", "Sales", "order_taken", 412,
         "Wants the gravel tyres before the weekend; sent by courier."),
        (16, "Ana Okafor", "Accounts", "payment_promised", 188,
         "Will pay R-20917 by the end of the month."),
        (48, "Chloë Ng", "Support", "complaint", 645,
         "Two wheels arrived out of true. Replacement agreed, RMA 3117."),
        (90, "Ben Ito", "Sales", "quote_wanted", 97, ""),
    )  # fmt: skip
    return rows(day, "Screenpop", [
        {"at": day.iso(ago * 86_400 + 3_700), "direction": "inbound", "agent": who,
         "queue": queue, "outcome": "completed", "disposition": result, "note": note,
         "talk_s": talk}
        for ago, who, queue, result, talk, note in told
    ])  # fmt: skip


def remembered(day: Day) -> Facet:
    note = "Was not happy about the late delivery in spring, be kind."
    return rows(day, CARDS, [{"at": day.date(210), "author": "Ben Ito", "text": note}])


def manners(day: Day) -> Facet:
    return fields(day, CARDS, prefers="phone before ten", birthday="1979-06-02")


def everything(day: Day) -> dict[str, Facet]:
    """The whole card, facet by facet, in the order in which the answers land."""
    return {
        "identity": identity(day), "manners": manners(day), "notes": remembered(day),
        "interactions": calls(day), "balance": balance(day),
        "sales_history": orders(day),
        "frequent_items": often(day), "yearly_totals": years(day),
        "recommendations": offers(day), "credit_terms": credit(day),
    }  # fmt: skip


HALF = ("identity", "manners", "notes", "interactions", "balance", "yearly_totals")


def sources_in_trouble(day: Day) -> dict[str, Facet]:
    """One source hangs, one fails, one is older, two disagree."""
    whole = balance(day)
    other = OtherValue(value="3190.00", source=CREDIT, fetched_at=day.iso(38))
    open_field = whole.fields["open"]
    disputed = Field(
        value=open_field.value, source=ERP, fetched_at=open_field.fetched_at,
        state=FieldState.FRESH, others=(other,),
    )  # fmt: skip
    conflict = replace(whole, fields={**whole.fields, "open": disputed})
    stale = fields(day, CREDIT, FieldState.STALE, 5_400, limit="5000.00",
                   used="3190.00", available="1810.00", payment_days=30,
                   discount=7.5, rating="B+", blocked=False,
                   currency="GBP")  # fmt: skip
    nothing = SourceNote(lookup="remembered", source=CARDS, state=FieldState.EMPTY)
    return everything(day) | {
        "balance": conflict,
        "credit_terms": stale,
        "sales_history": trouble(
            ERP, FieldState.TIMED_OUT, "ERP did not answer within 1.5 s."
        ),
        "recommendations": trouble(
            ERP, FieldState.FAILED, "ERP answered with something that cannot be read."
        ),
        "notes": Facet(state=nothing.state, notes=(nothing,)),
    }


SHARED_NUMBER = [
    WHEELHOUSE,
    f.ShownCandidate(
        source="erp", key="11930", name="Tobias Lindqvist-Hallström",
        company="Wheelhouse Cycles Ltd", confidence=0.6,
        why="the company's main number; ordered last week",
    ),
    f.ShownCandidate(
        source="cards", key="77", name="نور الهاشمي",
        company="Harbour Courier Co-operative",
        confidence=0.4, why="same number on an index card",
    ),
]  # fmt: skip
