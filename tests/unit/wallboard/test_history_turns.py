"""History lets the event loop's other work pass, and keeps up all the same."""

from __future__ import annotations

import pytest
from unit.history.test_archiver import Centre
from unit.history.test_archiver import centre as centre  # the fixture

from screenpop.domain.call import EventType
from screenpop.history.archiver import PER_TURN, RARE_S

CALLS = 400


class Turns:
    """Counts them; each comes after so long."""

    def __init__(self, centre: Centre, after_s: float):
        self.count = 0
        self._clock = centre.clock
        self._after_s = after_s
        centre.turn = self._next

    async def _next(self) -> None:
        self.count += 1
        self._clock.advance(self._after_s)


@pytest.mark.parametrize(("after_s", "few"), [(0.0, False), (2 * RARE_S, True)])
async def test_while_turns_are_rare_each_takes_more(
    centre: Centre, after_s: float, few: bool
) -> None:
    turns = Turns(centre, after_s)
    for number in range(CALLS):
        await centre.tell(EventType.ALERTING, "1001", call_id=f"c-{number}")
    centre.start()
    await centre.archived()
    at_least = 2 * CALLS // PER_TURN  # for the entries, and for the calls
    assert (turns.count < at_least / 4) is few
    (newest,) = await centre.calls.recent(limit=1)
    assert newest.call_id == f"c-{CALLS - 1}"
