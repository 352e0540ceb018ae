"""How is a JSON-RPC endpoint asked? As `http_json`, by a POST of method and params."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, JsonValue, model_validator

from screenpop_connectors.http_json.connector import HttpJsonConnector
from screenpop_connectors.http_json.options import (
    HttpContacts,
    HttpItems,
    HttpLookup,
    HttpOrders,
    HttpSource,
)

ERROR = (
    "error && (error.data.message || error.message"
    " || (type(error) == 'array' && to_string(error[1][0] || error[0]))"
    " || 'an error without a message')"
)
"""Never the whole error: services put tracebacks into it (Odoo: `error.data.debug`)."""


class JsonRpcRequest(BaseModel):
    call: str = Field(
        description="The remote method, e.g. `model.party.party.search_read`; it must"
        " not write."
    )
    version: Literal["1.0", "2.0"] = Field(
        "2.0", description="`1.0`: without the member `jsonrpc`, as Tryton wants it."
    )
    params: list[JsonValue] | dict[str, JsonValue] = Field(
        default_factory=list,
        description="Its parameters; a text that is exactly `{customer.key}` keeps the"
        " value's type.",
    )

    @model_validator(mode="before")
    @classmethod
    def _as_post(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not isinstance(data.get("call"), str):
            return data
        if "body" in data or "method" in data:
            raise ValueError("takes call and params, not body or method")
        body = {"id": 1, "method": data["call"], "params": data.get("params", [])}
        if data.get("version", "2.0") == "2.0":
            body = {"jsonrpc": "2.0", **body}
        made = {"method": "POST", "body": body}
        return {"path": "", "select": "result", **data, **made}


class JsonRpcContacts(JsonRpcRequest, HttpContacts):
    """Customers of a JSON-RPC endpoint."""


class JsonRpcOrders(JsonRpcRequest, HttpOrders):
    """Order lines of a JSON-RPC endpoint."""


class JsonRpcItems(JsonRpcRequest, HttpItems):
    """Items of a JSON-RPC endpoint."""


class JsonRpcLookup(JsonRpcRequest, HttpLookup):
    """A question to a JSON-RPC endpoint."""


class JsonRpcSource(HttpSource):
    error: str | None = Field(
        ERROR, description="JMESPath of the error text in an answer with status 200."
    )
    contacts: JsonRpcContacts | None = Field(
        None, description="Where the number index reads all customers."
    )
    orders: JsonRpcOrders | None = Field(
        None, description="The order lines that recommendations are made from."
    )
    items: JsonRpcItems | None = Field(
        None, description="The items that can be ordered."
    )


class JsonRpcConnector(HttpJsonConnector):
    """A JSON-RPC 2.0 endpoint: `http_json` with method and params."""

    name = "json_rpc"
    source_options = JsonRpcSource
    lookup_options = JsonRpcLookup
    example = """\
sources:
  tryton:
    connector: json_rpc
    base_url: https://tryton.example.net/company
    auth: {username: reader, password: "${TRYTON_PASSWORD}"}
    contacts:
      version: "1.0"
      call: model.party.party.search_read
      params: [[], 0, 500, [[id, ASC]], [name, phone, mobile], {}]
      fields: {key: id, name: name, phone: phone, phone_2: mobile}
      page_param: body.params.1
      page_start: 0
      page_step: 500
lookups:
  balance:
    source: tryton
    facet: balance
    version: "1.0"
    call: model.party.party.read
    params: [["{customer.key}"], [receivable], {}]
    fields: {open: receivable.decimal}
"""
