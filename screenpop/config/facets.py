"""Which cards can a profile have, and how is each value labelled and typed?

The built-in facets in the order of the card. A configuration relabels them, adds
columns to them, or declares facets of its own, which follow in the order written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from screenpop.config.model import (
    ColumnSettings,
    ColumnType,
    Configuration,
    FacetSettings,
)
from screenpop.config.sources import Kind, LookupSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnShape:
    """One field or column. Money without `currency` reads the field `currency`."""

    name: str
    label: str
    type: ColumnType = "text"
    currency: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)  # by language


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetLayout:
    """A card: single values are `fields`, each of its rows has `columns`."""

    name: str
    label: str
    fields: tuple[ColumnShape, ...] = ()
    columns: tuple[ColumnShape, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)  # by language
    kind: Kind = "rows"  # of a lookup that fills it and does not say otherwise


def _columns(**columns: tuple[str, ColumnType] | str) -> tuple[ColumnShape, ...]:
    return tuple(
        ColumnShape(name=name, label=said)
        if isinstance(said, str)
        else ColumnShape(name=name, label=said[0], type=said[1])
        for name, said in columns.items()
    )


BUILT_IN: tuple[FacetLayout, ...] = (
    FacetLayout(
        name="identity",
        label="Customer",
        kind="identity",
        fields=_columns(
            name="Name",
            company="Company",
            key="Customer number",
            contact="Contact",
            email=("E-mail", "email"),
            phone=("Telephone", "phone"),
            street="Street",
            city="City",
            postcode="Postcode",
            country="Country",
            language="Language",
            segment="Segment",
            owner="Account manager",
            customer_since=("Customer since", "date"),
            url=("Record", "url"),
        ),
    ),
    FacetLayout(
        name="balance",
        label="Balance",
        kind="fields",
        fields=_columns(
            open=("Open", "money"),
            overdue=("Overdue", "money"),
            overdue_since=("Overdue since", "date"),
            credit_hold=("Credit hold", "flag"),
            open_invoices=("Open invoices", "integer"),
            last_payment=("Last payment", "money"),
            last_payment_at=("Paid on", "date"),
            currency="Currency",
        ),
        columns=_columns(
            invoice="Invoice",
            date=("Date", "date"),
            due=("Due", "date"),
            open=("Open", "money"),
            total=("Total", "money"),
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="credit_terms",
        label="Credit terms",
        kind="fields",
        fields=_columns(
            limit=("Limit", "money"),
            used=("Used", "money"),
            available=("Available", "money"),
            payment_days=("Payment days", "integer"),
            discount=("Discount", "percent"),
            rating="Rating",
            blocked=("Blocked", "flag"),
            reason="Reason",
            reviewed_at=("Reviewed on", "date"),
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="sales_history",
        label="Last orders",
        columns=_columns(
            order="Order",
            date=("Date", "date"),
            total=("Total", "money"),
            items="Items",
            status="Status",
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="frequent_items",
        label="Buys often",
        columns=_columns(
            product="Product",
            sku="Article",
            times=("Orders", "integer"),
            last_bought=("Last bought", "date"),
            quantity=("Quantity", "number"),
        ),
    ),
    FacetLayout(
        name="yearly_totals",
        label="Per year",
        columns=_columns(
            year=("Year", "integer"),
            total=("Total", "money"),
            orders=("Orders", "integer"),
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="recommendations",
        label="To offer",
        columns=_columns(
            product="Product",
            sku="Article",
            reason="Why",
            stock=("In stock", "integer"),
            price=("Price", "money"),
            currency="Currency",
            category="Category",
            as_of=("As of", "datetime"),
            last_bought=("Last bought", "date"),
            usual_days=("Usual interval (days)", "integer"),
        ),
    ),
    FacetLayout(
        name="goes_with",
        label="Goes with the last order",
        columns=_columns(
            product="Product",
            sku="Article",
            reason="Why",
            stock=("In stock", "integer"),
            price=("Price", "money"),
            currency="Currency",
            category="Category",
            as_of=("As of", "datetime"),
        ),
    ),
    FacetLayout(
        name="outlook",
        label="Outlook",
        kind="fields",
        fields=_columns(
            next_from=("Next order from", "date"),
            next_to=("Next order until", "date"),
            usual_days=("Usual interval (days)", "integer"),
            spend_low=("90 days, at least", "money"),
            spend_high=("90 days, at most", "money"),
            trend=("Against last year", "percent"),
            at_risk=("At risk", "flag"),
            why="Why",
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="tickets",
        label="Tickets",
        columns=_columns(
            ticket="Ticket",
            subject="Subject",
            status="Status",
            priority="Priority",
            opened_at=("Opened", "datetime"),
            updated_at=("Updated", "datetime"),
            assignee="Assigned to",
            url=("Link", "url"),
        ),
    ),
    FacetLayout(
        name="opportunities",
        label="Opportunities",
        columns=_columns(
            name="Opportunity",
            stage="Stage",
            amount=("Amount", "money"),
            probability=("Probability", "percent"),
            close_date=("Expected", "date"),
            owner="Owner",
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="entitlements",
        label="Warranty and service",
        columns=_columns(
            product="Product",
            serial="Serial number",
            kind="Entitlement",
            level="Service level",
            valid_from=("From", "date"),
            valid_until=("Until", "date"),
            active=("Active", "flag"),
            respond_by=("Respond by", "datetime"),
            penalty=("Penalty", "money"),
            currency="Currency",
        ),
    ),
    FacetLayout(
        name="interactions",
        label="Earlier calls",
        columns=_columns(
            at=("When", "datetime"),
            direction="Direction",
            agent="Agent",
            queue="Queue",
            outcome="Outcome",
            disposition="Disposition",
            note="Note",
            talk_s=("Talk time (s)", "integer"),
        ),
    ),
    FacetLayout(
        name="notes",
        label="Notes",
        columns=_columns(
            at=("When", "datetime"),
            author="By",
            text="Note",
        ),
    ),
)
BUILT_IN_NAMES = tuple(shape.name for shape in BUILT_IN)
SERVICE_FACETS = ("identity", "interactions")
"""Filled by the service itself: candidates, and calls of its own history."""


ORDER_FACETS = ("recommendations", "goes_with", "outlook")
"""Filled from the orders of the sources, where one gives any."""


def gives_orders(config: Configuration) -> bool:
    """Is there anything to make offers from?"""
    return bool(sources_of_orders(config))


def sources_of_orders(config: Configuration) -> tuple[str, ...]:
    """The enabled sources that give orders, in the order of the file."""
    sources = config.sources.items()
    return tuple(n for n, x in sources if x.enabled and x.own.get("orders") is not None)


def kind_of(lookup: LookupSettings, config: Configuration) -> Kind:
    """What a lookup's rows are: as it says, else as is usual for its facet."""
    if lookup.kind is not None:
        return lookup.kind
    usual = {shape.name: shape.kind for shape in all_shapes(config)}
    return usual.get(lookup.facet or "", "rows")


def columns_of(
    lookup: LookupSettings, config: Configuration
) -> tuple[ColumnShape, ...]:
    """The columns that its facet declares for what it answers, by its kind."""
    for shape in all_shapes(config):
        if shape.name == lookup.facet:
            rows = kind_of(lookup, config) == "rows"
            return shape.columns if rows else shape.fields
    return ()


def identity_columns(config: Configuration) -> tuple[ColumnShape, ...]:
    """The columns of a customer's own record."""
    return next(x.fields for x in all_shapes(config) if x.name == "identity")


def shapes(
    config: Configuration, *, also: Iterable[str] = ()
) -> tuple[FacetLayout, ...]:
    """The facets that this configuration fills, in the order of the card.

    Filled is what the service fills, what an enabled lookup names, and `also`.
    """
    named = (lookup.facet for lookup in enabled_lookups(config).values())
    filled = {*also, *filter(None, named)}
    filled |= {*SERVICE_FACETS, *(ORDER_FACETS if gives_orders(config) else ())}
    return tuple(shape for shape in all_shapes(config) if shape.name in filled)


def all_shapes(config: Configuration) -> tuple[FacetLayout, ...]:
    """Built-in facets with the configuration's changes, then its own ones."""
    own = dict(config.facets)
    changed = [_changed(shape, own.pop(shape.name, None)) for shape in BUILT_IN]
    declared = [_declared(name, facet) for name, facet in own.items()]
    return (*changed, *declared)


def enabled_lookups(config: Configuration) -> dict[str, LookupSettings]:
    """Lookups whose source is there and enabled, in the order written."""
    enabled = {name for name, source in config.sources.items() if source.enabled}
    return {
        n: lookup for n, lookup in config.lookups.items() if lookup.source in enabled
    }


def _changed(shape: FacetLayout, facet: FacetSettings | None) -> FacetLayout:
    if facet is None:
        return shape
    return replace(
        shape,
        label=facet.label,
        labels=facet.labels,
        fields=_merged(shape.fields, facet.fields),
        columns=_merged(shape.columns, facet.columns),
    )


def _declared(name: str, facet: FacetSettings) -> FacetLayout:
    """A facet with fields and no columns is filled by first rows."""
    return FacetLayout(
        name=name,
        label=facet.label,
        labels=facet.labels,
        fields=_merged((), facet.fields),
        columns=_merged((), facet.columns),
        kind="fields" if facet.fields and not facet.columns else "rows",
    )


def _merged(
    shapes: tuple[ColumnShape, ...], columns: dict[str, ColumnSettings]
) -> tuple[ColumnShape, ...]:
    by_name = {shape.name: shape for shape in shapes}
    by_name |= {name: _shape(name, column) for name, column in columns.items()}
    return tuple(by_name.values())


def _shape(name: str, column: ColumnSettings) -> ColumnShape:
    return ColumnShape(
        name=name,
        label=column.label,
        labels=column.labels,
        type=column.type,
        currency=column.currency,
    )
