"""How is a GraphQL endpoint asked? As `http_json`, by a POST of query and variables."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, Field, JsonValue, model_validator

from screenpop_connectors.http_json.connector import HttpJsonConnector
from screenpop_connectors.http_json.options import (
    HttpContacts,
    HttpItems,
    HttpLookup,
    HttpOrders,
    HttpSource,
)
from screenpop_connectors.http_json.template import escaped

_COMMENT = re.compile(r"#[^\n]*")
_WRITES = re.compile(r"\s*(mutation|subscription)\b")


class GraphqlRequest(BaseModel):
    query: str = Field(description="One GraphQL query; it must not be a mutation.")
    variables: dict[str, JsonValue] = Field(
        default_factory=dict,
        description="Its variables; a text that is exactly `{customer.key}` keeps the"
        " value's type. Values of a call belong here, never into the query.",
    )

    @model_validator(mode="before")
    @classmethod
    def _as_post(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("query"), str):
            return data
        if "body" in data or "method" in data:
            raise ValueError("takes query and variables, not body or method")
        if _WRITES.match(_COMMENT.sub("", data["query"])):
            raise ValueError("query must only read: begin it with `query` or `{`")
        body = {"query": escaped(data["query"]), "variables": data.get("variables", {})}
        return {"path": "", **data, "method": "POST", "body": body}


class GraphqlContacts(GraphqlRequest, HttpContacts):
    """Customers of a GraphQL endpoint."""


class GraphqlOrders(GraphqlRequest, HttpOrders):
    """Order lines of a GraphQL endpoint."""


class GraphqlItems(GraphqlRequest, HttpItems):
    """Items of a GraphQL endpoint."""


class GraphqlLookup(GraphqlRequest, HttpLookup):
    safe: bool = Field(True, description="A query may be sent twice (`retries_max`).")


class GraphqlSource(HttpSource):
    error: str | None = Field(
        "errors[0].message",
        description="JMESPath of the error text in an answer with status 200.",
    )
    contacts: GraphqlContacts | None = Field(
        None, description="Where the number index reads all customers."
    )
    orders: GraphqlOrders | None = Field(
        None, description="The order lines that recommendations are made from."
    )
    items: GraphqlItems | None = Field(
        None, description="The items that can be ordered."
    )


class GraphqlConnector(HttpJsonConnector):
    """A GraphQL endpoint: `http_json` with query and variables."""

    name = "graphql"
    source_options = GraphqlSource
    lookup_options = GraphqlLookup
    example = """\
sources:
  shop:
    connector: graphql
    base_url: https://shop.example.net/graphql
    auth: {bearer: "${SHOP_TOKEN}"}
    contacts:
      query: |
        query ($after: String) {
          customers(first: 100, after: $after) {
            nodes { id name phone }
            pageInfo { hasNextPage endCursor }
          }
        }
      variables: {after: null}
      select: data.customers.nodes
      fields: {key: id, name: name, phone: phone}
      next: data.customers.pageInfo | (hasNextPage && endCursor)
      next_param: body.variables.after
lookups:
  open_orders:
    source: shop
    facet: sales_history
    query: "query ($id: ID!) { customer(id: $id) { orders { number total } } }"
    variables: {id: "{customer.key}"}
    select: data.customer.orders
    fields: {order: number, total: total}
"""
