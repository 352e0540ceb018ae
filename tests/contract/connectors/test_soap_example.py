"""The SOAP example of docs/connectors/xml.md, pasted, against a service."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from pathlib import Path

import yaml
from aiohttp import web

from screenpop.config.load import from_text
from screenpop.node.build import build
from screenpop.support.clock import SystemClock

PAGE = Path(__file__).parents[3] / "docs" / "connectors" / "xml.md"
ENVELOPE = (
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
    "{}</s:Body></s:Envelope>"
)
CUSTOMERS = (
    '<ListCustomersResponse xmlns="urn:example"><Customer id="7"><Name>Ada Byron</Name>'
    "<Phones><Phone>020 7946 0958</Phone></Phones><Address><Country>GB</Country>"
    "</Address></Customer></ListCustomersResponse>"
)
ACCOUNT = (
    '<GetBalanceResponse xmlns="urn:example"><Account><Open currency="EUR">12.50</Open>'
    "<Overdue>2.00</Overdue></Account></GetBalanceResponse>"
)
Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]


async def soap(request: web.Request) -> web.Response:
    sent = await request.text()
    assert request.headers["SOAPAction"].startswith('"urn:example:')
    inside = ""
    if "<Page>1</Page>" in sent:
        inside = CUSTOMERS
    elif "ListCustomers" in sent:
        inside = '<ListCustomersResponse xmlns="urn:example"/>'
    elif "<Customer>7</Customer>" in sent:
        inside = ACCOUNT
    return web.Response(text=ENVELOPE.format(inside), content_type="text/xml")


async def test_the_example_finds_the_caller_and_what_they_owe(
    tmp_path: Path, serve: Serve
) -> None:
    [example, *_] = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert "xml" in yaml.safe_load(example)["sources"]["erp"]["connector"]
    text = example.replace("https://erp.example.net", await serve(soap))
    loaded = from_text(
        f"version: 1\n{text}", folder=tmp_path, environ={"ERP_PASSWORD": "secret"}
    )
    service = await build(loaded, SystemClock(), None)
    try:
        sources = service.lookups.sources
        await sources.open()
        await sources.read_contacts("erp")
        told = await service.explain("+442079460958")
    finally:
        await service.end()
    assert [each.name for each in told.profile.candidates] == ["Ada Byron"]
    balance = told.profile.facets["balance"]
    shown = {name: str(field.value) for name, field in balance.fields.items()}
    assert shown["open"] == "12.50"
    assert shown["currency"] == "EUR"
