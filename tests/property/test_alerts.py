"""Does an alert open once and close once, whatever the number does and who looks?

`by_seconds` is the slow reference: it asks of each second whether the number was beyond
its limit in all the seconds before it.
"""

from __future__ import annotations

from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st

from screenpop.domain.alert import AlertDoing, AlertLevel, AlertRule, Watched, look
from screenpop.journal.records import ActionRecord
from screenpop.wallboard.alerts import Alert, AlertBoard, record_of

S = 1_000_000
OF = ("rule", "sales")
WAITING = AlertRule(name="rule", number="waiting", label="Waiting")
VALUES = st.lists(st.none() | st.integers(0, 12), max_size=60)
RULES = st.builds(
    AlertRule,
    name=st.just("rule"),
    number=st.sampled_from(("longest_wait_s", "service_level")),
    warning=st.none() | st.integers(4, 6),
    critical=st.none() | st.integers(6, 8),
    for_us=st.integers(0, 4).map(lambda s: s * S),
    back=st.integers(0, 3),
)


def sides(rule: AlertRule, value: int | None) -> tuple[bool, bool, bool]:
    """(beyond warning, beyond critical, well), written as the documentation says it."""
    first = rule.warning if rule.warning is not None else rule.critical
    if value is None or first is None:
        return False, False, True
    sign = -1 if rule.low_is_bad else 1
    beyond = [
        limit is not None and sign * value >= sign * limit
        for limit in (rule.warning, rule.critical)
    ]
    distance = sign * (first - value)
    return beyond[0] or beyond[1], beyond[1], distance > 0 and distance >= rule.back


def by_seconds(
    rule: AlertRule, values: list[int | None]
) -> list[tuple[int, str, str | None]]:
    lasts = rule.for_us // S
    seen: list[tuple[bool, bool, bool]] = []
    found: list[tuple[int, str, str | None]] = []
    level: str | None = None
    for second, value in enumerate(values):
        seen.append(sides(rule, value))
        recent = seen[-lasts - 1 :]
        long = len(recent) == lasts + 1
        warning, critical, well = (long and all(x[n] for x in recent) for n in range(3))
        if level is None and (critical or warning):
            level = "critical" if critical else "warning"
            found.append((second, "open", level))
        elif level == "warning" and critical:
            level = "critical"
            found.append((second, "raise", level))
        elif level is not None and well:
            found.append((second, "close", level))
            level = None
    return found


@given(rule=RULES, values=VALUES)
def test_looks_are_what_each_second_says(
    rule: AlertRule, values: list[int | None]
) -> None:
    watch, level, found = Watched(), None, []
    for second, value in enumerate(values):
        watch, do, at = look(rule, watch, level, value, second * S)
        if do is not None:
            found.append((second, do.value, at))
            level = None if do is AlertDoing.CLOSE else at
    assert found == by_seconds(rule, values)


class Node:
    """Looks at its own times, and folds when it comes to it."""

    def __init__(self, rule: AlertRule):
        self.board = AlertBoard([rule])
        self.read = 0

    def follow(self, journal: list[ActionRecord], upto: int) -> None:
        for record in journal[self.read : upto]:
            self.board.act(record)
        self.read = max(self.read, upto)


@given(
    rule=RULES,
    values=VALUES,
    lags=st.lists(st.integers(0, 5), min_size=120, max_size=120),
)
def test_two_nodes_give_one_alert(
    rule: AlertRule, values: list[int | None], lags: list[int]
) -> None:
    """Nodes are seconds behind; what they journal is kept once under one identity."""
    nodes, journal, known = [Node(rule), Node(rule)], [], set()
    for second, value in enumerate(values):
        for which, node in enumerate(nodes):
            for record in node.board.due({OF: value}, second * S):
                if record.key not in known:
                    known.add(record.key)
                    journal.append(record)
            node.follow(journal, len(journal) - lags[2 * second + which])
    for node in nodes:
        node.follow(journal, len(journal))
    mine, other = (node.board for node in nodes)
    replayed = AlertBoard([rule])
    for record in [*journal, *journal]:
        replayed.act(record)
    assert history(mine) == history(other) == history(replayed)
    restored = AlertBoard([rule])
    for alerts in mine.saved(1):
        restored.restore(alerts)
    assert history(restored) == history(mine)
    opened = [x for x in journal if x.data["do"] == "open"]
    assert [x.data["count"] for x in opened] == [
        str(n) for n in range(1, len(opened) + 1)
    ]
    for _, changes in groupby(journal, lambda x: x.data["count"]):
        done = [x.data["do"] for x in changes]
        assert done.count("open") == 1
        assert max(done.count("close"), done.count("raise")) <= 1
    assert len(mine.open()) <= 1


def history(board: AlertBoard) -> list[Alert]:
    return [*board.open(), *board.closed(100)]


def change(do: AlertDoing, count: int, level: AlertLevel = "warning") -> ActionRecord:
    return record_of(OF, count, do, WAITING, level, 3.0, count * S)


def test_the_first_who_acknowledges_an_alert_stays_also_when_it_is_over() -> None:
    board = AlertBoard()
    board.act(change(AlertDoing.OPEN, 1))
    board.act(change(AlertDoing.CLOSE, 1))
    for user in ("sue", "tom"):
        of = (OF, 1, AlertDoing.ACKNOWLEDGE, WAITING, "warning", None, 9 * S)
        board.act(record_of(*of, user))
    [alert] = board.closed(10)
    assert (alert.acknowledged_by, alert.acknowledged_us) == ("sue", 9 * S)


def test_only_the_newest_closed_alerts_are_kept() -> None:
    board = AlertBoard(closed_max=3)
    for count in range(1, 6):
        board.act(change(AlertDoing.OPEN, count))
        board.act(change(AlertDoing.CLOSE, count))
    assert [x.count for x in board.closed(10)] == [5, 4, 3]


def test_an_alert_whose_rule_is_gone_closes() -> None:
    board = AlertBoard()
    board.act(change(AlertDoing.OPEN, 1))
    [record] = board.due({}, 5 * S)
    board.act(record)
    assert board.open() == []
    assert board.due({}, 6 * S) == []


def test_what_cannot_be_read_changes_nothing() -> None:
    board, record = AlertBoard(), change(AlertDoing.OPEN, 1)
    for name, value in (("count", "x"), ("level", "red"), ("do", "x"), ("value", "x")):
        data = {**record.data, name: value}
        board.act(
            ActionRecord(action="alert", action_id="x", at_us=1, user="", data=data)
        )
    assert history(board) == []
