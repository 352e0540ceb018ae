"""How is a service asked that answers XML, or speaks SOAP? As `http_json`."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, Field, JsonValue, model_validator

from screenpop_connectors.http_json.answer import Expression
from screenpop_connectors.http_json.connector import REPORTS, HttpJsonConnector
from screenpop_connectors.http_json.exchange import HttpRequest
from screenpop_connectors.http_json.options import (
    HttpContacts,
    HttpItems,
    HttpLookup,
    HttpOrders,
    HttpSource,
)
from screenpop_connectors.http_json.remedy import Format
from screenpop_connectors.http_json.xml_answer import fault_of
from screenpop_connectors.http_json.xml_body import xml_template


class XmlRequest(BaseModel):
    xml: str | None = Field(
        None,
        description="The XML of a POST, e.g. a SOAP envelope; it must not write."
        " Parameters stand in texts and attributes: `<id>{customer.key}</id>`. In a"
        " listing `{page}` and `{cursor}` have a value, too.",
    )

    @model_validator(mode="before")
    @classmethod
    def _as_post(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if "body" in data:
            raise ValueError("takes xml, not body")
        if not isinstance(data.get("xml"), str):
            return data
        if "method" in data:
            raise ValueError("with xml, method is POST. Remove method")
        try:
            body: JsonValue = xml_template(data["xml"])
        except ValueError as error:
            raise ValueError(f"xml: {error}") from error
        return {"path": "", **data, "method": "POST", "body": body}


class XmlContacts(XmlRequest, HttpContacts):
    """Customers of a service that answers XML."""


class XmlOrders(XmlRequest, HttpOrders):
    """Order lines of a service that answers XML."""


class XmlItems(XmlRequest, HttpItems):
    """Items of a service that answers XML."""


class XmlLookup(XmlRequest, HttpLookup):
    """A question to a service that answers XML."""


class XmlSource(HttpSource):
    contacts: XmlContacts | None = Field(
        None, description="Where the number index reads all customers."
    )
    orders: XmlOrders | None = Field(
        None, description="The order lines that recommendations are made from."
    )
    items: XmlItems | None = Field(None, description="The items that can be ordered.")


class XmlConnector(HttpJsonConnector):
    """A service that answers XML, or speaks SOAP: `http_json` with XML."""

    name = "xml"
    source_options = XmlSource
    lookup_options = XmlLookup
    answers: ClassVar[Format] = "XML"
    example = """\
sources:
  erp:
    connector: xml
    base_url: https://erp.example.net/soap/customers
    auth: {username: reader, password: "${ERP_PASSWORD}"}
lookups:
  balance:
    source: erp
    facet: balance
    headers: {SOAPAction: '"urn:example:GetBalance"'}
    xml: |
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">
        <s:Body>
          <GetBalance xmlns="urn:example">
            <Customer>{customer.key}</Customer>
          </GetBalance>
        </s:Body>
      </s:Envelope>
    select: Envelope.Body.GetBalanceResponse.Account
    fields: {open: Open, overdue: Overdue, currency: Currency}
"""

    def raise_told(
        self, request: HttpRequest, answer: object, error: Expression | None = None
    ) -> None:
        """A SOAP Fault is an error, whatever the status is."""
        if (fault := fault_of(answer)) is not None:
            raise self.client.failures.failed(request, fault, REPORTS)
        super().raise_told(request, answer, error)
