"""Buttons of a card open other programs with what is known of the call."""

from __future__ import annotations

from pathlib import Path

from browser.company import ADA
from browser.house import open_house
from playwright.async_api import Browser, expect

DESK = {
    "schemes": ["sap"],
    "buttons": [
        {
            "label": "Open in CRM",
            "labels": {"de": "Im CRM öffnen"},
            "url": "https://crm.example/{customer.key}?call={call.id}",
        },
        {"label": "New ticket", "url": "https://help.example/?text={note}"},
        {"label": "Other queue", "url": "https://x.example/", "queues": ["support"]},
        {"label": "Statement", "url": "sap:{balance.open}", "facet": "balance"},
    ],
}


async def test_buttons_appear_with_their_values_and_move_nothing(
    tmp_path: Path, chromium: Browser
) -> None:
    async with open_house(tmp_path, chromium, desk=DESK) as house:
        house.company.holds("balance")
        desk = await house.open_desk("ana")
        call = await house.ring("ana", caller=ADA, queue="sales")
        await desk.card_of("Ada Byron")
        row = desk.part(".lane-talk .url-buttons")
        crm = row.get_by_role("link", name="Open in CRM")
        await expect(crm).to_have_attribute(
            "href", f"https://crm.example/7?call={call}"
        )
        await expect(crm).to_have_attribute("rel", "noopener noreferrer")
        await expect(row.get_by_role("link")).to_have_count(1)
        boxes = await desk.landmarks()
        house.company.lets_go()
        statement = desk.facet("balance").get_by_role("link", name="Statement")
        await expect(statement).to_have_attribute("href", "sap:1250.00")
        await desk.writes("Cog & wheel")
        ticket = row.get_by_role("link", name="New ticket")
        await expect(ticket).to_have_attribute(
            "href", "https://help.example/?text=Cog%20%26%20wheel"
        )
        assert await desk.landmarks() == boxes
        german = await house.open_desk("ana", locale="de-DE")
        await expect(german.part(".lane-talk .url-buttons")).to_contain_text(
            "Im CRM öffnen"
        )
