"""Alerts that the board no longer has are read from the store, a page at a time."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from unit.history import history

from screenpop.domain.alert import AlertDoing, AlertRule
from screenpop.history.alerts import closed_alerts
from screenpop.history.archive import Archive
from screenpop.history.batch import AlertChange
from screenpop.history.engine import Database, sqlite_url
from screenpop.history.migrate import upgrade
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.records import ActionRecord
from screenpop.support.clock import FakeClock
from screenpop.wallboard.alerts import AlertBoard, record_of
from screenpop.web.alert_list import Alerts, AlertsAsked, place_of

RULE = AlertRule(name="wait", number="longest_wait_s", critical=60, label="Long wait")
COUNT, KEPT, PAGE = 9, 3, 2


def story() -> list[ActionRecord]:
    """Each opens, is raised, is seen and closes; some are seen after their end."""
    found = []
    for n in range(1, COUNT + 1):
        for do, user, after_us in (
            (AlertDoing.OPEN, "", 0),
            (AlertDoing.RAISE, "", 10),
            (AlertDoing.ACKNOWLEDGE, f"user-{n}", 20 if n % 2 else 700),
            (AlertDoing.CLOSE, "", 600),
        ):
            level = "warning" if do is AlertDoing.OPEN else "critical"
            what = (n, do, RULE, level, 61.0 + n, n * 1_000 + after_us, user)
            found.append(record_of((RULE.name, "sales/close/x"), *what))
    return sorted(found, key=lambda record: record.at_us)


async def test_pages_of_the_store_go_on_where_the_board_ends(tmp_path: Path) -> None:
    database = Database(sqlite_url(tmp_path / "store.sqlite"))
    await database.open()
    await upgrade(database)
    changes = [
        AlertChange(change_id=x.action_id, at_us=x.at_us, user=x.user, data=x.data)
        for x in story()
    ]
    await Archive(database).write(history.batch(alerts=changes))
    whole, board = AlertBoard([RULE], 100), AlertBoard([RULE], KEPT)
    for record in story():
        whole.act(record)
        board.act(record)
    alerts = Alerts(
        board=board, journal=MemoryJournal(), clock=FakeClock(), label=str,
        older=partial(closed_alerts, database),
    )  # fmt: skip
    page = alerts.listed(AlertsAsked(), PAGE)
    found = page["alerts"]
    while page["before"] is not None:
        before = place_of(page["before"])
        page = await alerts.page(AlertsAsked(), before, PAGE)
        found += page["alerts"]
    assert found == [alerts.seen(alert) for alert in whole.closed(100)]
    assert len(found) == COUNT
    assert {each["acknowledged_by"] for each in found} == {
        f"user-{n}" for n in range(1, COUNT + 1)
    }
    some = AlertsAsked(from_us=2_000, to_us=4_000)
    page = await alerts.page(some, place_of("9999999~z"), 50)
    assert [each["id"] for each in page["alerts"]] == [
        f"wait/{n}/sales/close/x" for n in (3, 2)
    ]
    await database.close()
