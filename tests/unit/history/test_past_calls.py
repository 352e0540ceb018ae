"""What does the API of past calls do with what a client made up?"""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from screenpop.domain.errors import BadInput
from screenpop.history.calls import Place
from screenpop.history.past_calls import _cursor, _place


def cursor(**parts: Any) -> str:
    place = {"arrived_us": 1, "line": "main", "call_id": "c-1"} | parts
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode()


@pytest.mark.parametrize(
    "forged",
    [
        cursor(arrived_us=2**63), cursor(arrived_us=-(2**63) - 1),
        cursor(arrived_us=10**30), cursor(arrived_us="1"), cursor(arrived_us=1.5),
        cursor(line=None), cursor(call_id="\0"), cursor(line="\ud83d"),
        "no base64!", "", "e30=", cursor()[:-4],
    ],
)  # fmt: skip
def test_a_forged_cursor_is_the_clients_fault(forged: str) -> None:
    """A number beyond 2**63 was a 500 and a traceback."""
    with pytest.raises(BadInput) as refused:
        _place(forged)
    assert refused.value.code == "bad_cursor"


@pytest.mark.parametrize("call_id", ["c-1", "é" * 300, "x/y?z", "🙂"])
def test_our_own_cursors_are_read(call_id: str) -> None:
    place = Place(arrived_us=2**62, line="main", call_id=call_id)
    assert _place(_cursor(place)) == place
