"""Views with stable names for BI tools: no person, no caller, no agent is in them."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

compatible = True

CALLS = (
    "CREATE VIEW bi_calls AS SELECT line, call_id, occurrence, direction, queue,"
    # Of calls that go out this is the customer's number, of internal ones an agent's.
    " CASE WHEN direction = 'inbound' THEN dialled END AS dialled,"
    " outcome, {arrived_us} AS arrived_at, {answered_us} AS answered_at,"
    " {ended_us} AS ended_at, arrived_us, answered_us, ended_us FROM calls"
)
VISITS = (
    "CREATE VIEW bi_queue_visits AS SELECT line, call_id, occurrence, place, queue,"
    ' "left" AS outcome, {entered_us} AS entered_at, {left_us} AS left_at,'
    " entered_us, left_us FROM call_visits"
)
INTERVALS = (
    "CREATE VIEW bi_queue_intervals AS SELECT {interval_us} AS started_at,"
    " interval_us, queue, line, dialled, {amounts} FROM interval_counts"
)
TIMES = (
    "arrived_us", "answered_us", "ended_us", "entered_us", "left_us", "interval_us",
)  # fmt: skip
AMOUNTS = (
    "offered", "answered", "abandoned", "short_abandoned", "moved", "diverted",
    "callbacks", "direct", "direct_answered", "missed", "direct_short_abandoned",
    "calls", "calls_answered", "calls_abandoned", "calls_short_abandoned", "handled",
    "answered_wait_us", "abandoned_wait_us", "calls_answered_wait_us",
    "direct_answered_wait_us", "talk_us", "hold_us",
    "sl_offered", "sl_answered", "sl_abandoned", "sl_short_abandoned", "sl_flow_outs",
    "sl_answered_within", "sl_abandoned_within", "sl_callbacks_within",
)  # fmt: skip


def upgrade() -> None:
    moment = (
        "(TIMESTAMPTZ 'epoch' + {} * INTERVAL '1 microsecond')"
        if op.get_bind().dialect.name == "postgresql"
        else "strftime('%Y-%m-%dT%H:%M:%fZ', {} / 1000000.0, 'unixepoch')"
    )
    times = {name: moment.format(name) for name in TIMES}
    connection = op.get_bind()
    for view in (CALLS, VISITS, INTERVALS):
        # Not through a text of SQLAlchemy: it reads `:%M` as a parameter.
        connection.exec_driver_sql(view.format(amounts=", ".join(AMOUNTS), **times))
