"""How is an OData service asked? As `http_json`, with a path made of its parts."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, model_validator

from screenpop_connectors.http_json.connector import HttpJsonConnector
from screenpop_connectors.http_json.options import (
    HttpContacts,
    HttpItems,
    HttpLookup,
    HttpOrders,
    HttpSource,
)
from screenpop_connectors.http_json.template import Quotes

ROWS = "not_null(value, d.results, d, @)"
"""OData 4, OData 2 with many and with one, a single entity of OData 4."""
NEXT = 'not_null("@odata.nextLink", "odata.nextLink", d.__next)'
OPTIONS = {
    "filter": "$filter",
    "columns": "$select",
    "expand": "$expand",
    "order_by": "$orderby",
    "top": "$top",
}


class OdataRequest(BaseModel):
    entity: str = Field(
        description="The entity set, or one entity: `Customers('{customer.key}')`."
    )
    filter: str | None = Field(
        None,
        description="`$filter`; a value between quotes cannot end them:"
        " `Phone eq '{number}'`.",
    )
    columns: tuple[str, ...] = Field((), description="`$select`.")
    expand: str | None = Field(None, description="`$expand`.")
    order_by: str | None = Field(None, description="`$orderby`.")
    top: int | None = Field(None, gt=0, description="`$top`.")
    count: bool = Field(False, description="`$count=true`.")

    @model_validator(mode="before")
    @classmethod
    def _as_path(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("entity"), str):
            return data
        if "path" in data:
            raise ValueError("takes entity and filter, not path")
        parts = []
        for name, option in OPTIONS.items():
            if (value := data.get(name)) not in (None, [], ()):
                joined = ",".join(map(str, value)) if name == "columns" else value
                parts.append(f"{option}={joined}")
        if data.get("count") is True:
            parts.append("$count=true")
        query = f"?{'&'.join(parts)}" if parts else ""
        path = f"/{data['entity'].lstrip('/')}{query}"
        return {"select": ROWS, **data, "path": path}


class OdataListing(OdataRequest):
    """Pages are followed by the link that the service gives."""

    @model_validator(mode="before")
    @classmethod
    def _linked(cls, data: Any) -> Any:
        if not isinstance(data, dict) or data.get("page_param"):
            return data
        return {"next": NEXT, **data}


class OdataContacts(OdataListing, HttpContacts):
    """Customers of an OData service."""


class OdataOrders(OdataListing, HttpOrders):
    """Order lines of an OData service."""


class OdataItems(OdataListing, HttpItems):
    """Items of an OData service."""


class OdataLookup(OdataRequest, HttpLookup):
    """A question to an OData service."""


class OdataSource(HttpSource):
    quotes: Quotes = Field(
        "odata",
        description="A value between `'…'` cannot end them; one without must be one"
        " word or number.",
    )
    error: str | None = Field(
        "error.message", description="JMESPath of the error text of a 200 answer."
    )
    contacts: OdataContacts | None = Field(
        None, description="Where the number index reads all customers."
    )
    orders: OdataOrders | None = Field(
        None, description="The order lines that recommendations are made from."
    )
    items: OdataItems | None = Field(None, description="The items that can be ordered.")


class OdataConnector(HttpJsonConnector):
    """An OData service, version 2 or 4: `http_json` with entity and filter."""

    name = "odata"
    source_options = OdataSource
    lookup_options = OdataLookup
    example = """\
sources:
  sap:
    connector: odata
    base_url: https://sap.example.net/odata/v4/customers
    auth: {username: reader, password: "${SAP_PASSWORD}"}
    contacts:
      entity: Customers
      columns: [ID, Name, Phone, Country]
      fields: {key: ID, name: Name, phone: Phone, country: Country}
lookups:
  open_orders:
    source: sap
    facet: sales_history
    entity: Orders
    filter: customer_ID eq '{customer.key}'
    order_by: orderDate desc
    top: 8
    fields: {order: ID, date: orderDate, total: total, status: status}
"""
