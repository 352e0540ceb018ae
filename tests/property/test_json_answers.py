"""Whatever a JSON service sends: healthy customers are found, odd ones named once."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector import ContactsReading, contact_from_row
from screenpop_connectors.http_json.answer import AnswerReading, parsed

FIELDS = {"key": "id", "name": "join(' ', [first, last])", "phone": "phone"}

text = st.text(max_size=8) | st.sampled_from(["half \ud83d", "\udc00", "a\x00b"])
number = st.integers(0, 9_999_999).map(lambda n: f"020 7{n:07}")
key = st.integers(1, 2**70) | st.integers(1, 999).map("K-{}".format)
person: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {"id": key, "first": text | st.none(), "last": text, "phone": number},
    optional={"more": st.lists(text, max_size=2)},
)
not_a_person: st.SearchStrategy[Any] = st.sampled_from(
    [
        None,
        7,
        "a text",
        [],
        {},
        {"else": 1},
        {"first": "Ada", "last": "Alda", "phone": "020 7946 0958"},
        {"id": None, "first": "Ada", "last": "B", "phone": "020 7946 0958"},
        {"id": "  ", "first": "Ada", "last": "B", "phone": "020 7946 0958"},
        {"id": False, "first": 1, "last": {"x": []}},
    ]
)


@given(st.lists(person | not_a_person, max_size=12))
def test_healthy_rows_are_all_found_and_each_odd_one_is_named_once(
    items: list[Any],
) -> None:
    reading = ContactsReading()
    body = json.dumps({"people": items}).encode()
    rows = AnswerReading("people", FIELDS).rows(
        parsed(body), lambda row, name, why: reading.odd.add(f"{row}", name, why)
    )
    found = []
    for row in rows:
        contact = contact_from_row(row, reading=reading)
        if contact is not None:
            found.append(contact)
    healthy = [x for x in items if isinstance(x, dict) and x.get("id") and "phone" in x]
    healthy = [x for x in healthy if str(x["id"]).strip()]
    assert [one.key for one in found] == [str(x["id"]).strip() for x in healthy]
    assert all(one.name.encode() and one.numbers for one in found)
    odd = len(items) - len(healthy)
    assert len(reading.odd) + reading.left_out["no number"] >= odd
    named = [item.place for item in reading.odd.first if item.column == "item"]
    assert len(named) == len(set(named))
