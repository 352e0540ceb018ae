"""What does the store keep, and by what is it found?

Plain tables that SQLite and PostgreSQL both take. Times are whole microseconds
since 1970-01-01 UTC (`*_us`). A call is named by (line, call_id, occurrence) as in
the journal; in SQLite what belongs to calls lies in the order of that name, in one
tree a table.
Children have no foreign key to `calls`: the archiver writes a call before what
belongs to it, and `retention` removes both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from screenpop.history.columns import ID_CHARS as ID_CHARS
from screenpop.history.columns import LABEL_CHARS as LABEL_CHARS
from screenpop.history.columns import NAME_CHARS as NAME_CHARS
from screenpop.history.columns import call_key
from screenpop.history.columns import metadata as metadata
from screenpop.history.count_tables import call_counts as call_counts
from screenpop.history.count_tables import interval_counts as interval_counts
from screenpop.history.count_tables import kind_counts as kind_counts
from screenpop.history.count_tables import kind_people as kind_people
from screenpop.history.count_tables import occupancy_counts as occupancy_counts
from screenpop.history.count_tables import rolled_counts as rolled_counts
from screenpop.history.count_tables import rules_of_counts as rules_of_counts
from screenpop.history.count_tables import team_call_counts as team_call_counts
from screenpop.history.count_tables import team_counts as team_counts
from screenpop.history.count_tables import view_limits as view_limits
from screenpop.history.count_tables import work_logs as work_logs

_OVER = text("ended_us IS NOT NULL")

calls = Table(
    "calls",
    metadata,
    *call_key(),
    Column("phase", String(20), nullable=False),
    Column("direction", String(20), nullable=False),
    Column("number", String(32)),  # the outside party in E.164; never a withheld one
    Column("caller", String(NAME_CHARS)),
    Column("withheld", Boolean, nullable=False),
    Column("caller_name", String(NAME_CHARS)),
    Column("dialled", String(NAME_CHARS)),
    Column("queue", String(NAME_CHARS)),
    Column("arrived_us", BigInteger, nullable=False),
    Column("queued_us", BigInteger),
    Column("first_alerting_us", BigInteger),
    Column("answered_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("outcome", String(20)),
    Column("cause", String(NAME_CHARS)),
    Column("customer_source", String(LABEL_CHARS)),
    Column("customer_key", String(ID_CHARS)),
    Column("customer_name", String(NAME_CHARS)),
    Column("chosen_by_agent", Boolean, nullable=False),
    Column("attributes", Text, nullable=False),  # JSON object of texts
    Index("calls_by_time", "arrived_us"),
    Index(
        "calls_by_number",
        "number",
        "arrived_us",
        sqlite_where=_OVER,
        postgresql_where=_OVER,
    ),
    Index(
        "calls_by_customer",
        "customer_source",
        "customer_key",
        "arrived_us",
        sqlite_where=_OVER,
        postgresql_where=_OVER,
    ),
    sqlite_with_rowid=False,
)

call_legs = Table(
    "call_legs",
    metadata,
    *call_key(),
    Column("agent", String(NAME_CHARS), primary_key=True),
    # Who was at that telephone then, "" for one without a log-in: a row for each.
    Column("username", String(NAME_CHARS), primary_key=True),
    Column("arrived_us", BigInteger, nullable=False),  # of the call, for the index
    Column("state", String(20), nullable=False),
    Column("alerting_us", BigInteger),
    Column("answered_us", BigInteger),
    Column("released_us", BigInteger),
    Column("release", String(30)),
    Column("attempt", Integer, nullable=False),
    Index("call_legs_by_user", "username", "arrived_us", "line", "call_id"),
    sqlite_with_rowid=False,
)

call_visits = Table(
    "call_visits",
    metadata,
    *call_key(),
    Column("place", Integer, primary_key=True, autoincrement=False),  # 0 is the first
    Column("queue", String(NAME_CHARS), nullable=False),
    Column("entered_us", BigInteger, nullable=False),
    Column("left_us", BigInteger),
    Column("left", String(20)),
    Index("call_visits_by_queue", "queue", "entered_us"),
    sqlite_with_rowid=False,
)

call_events = Table(
    "call_events",
    metadata,
    *call_key(),
    Column("event_id", String(ID_CHARS), primary_key=True),
    Column("type", String(20), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("received_us", BigInteger, nullable=False),
    Column("body", Text, nullable=False),  # the event as the journal wrote it, JSON
    sqlite_with_rowid=False,
)

answers_shown = Table(
    "answers_shown",
    metadata,
    *call_key(),
    Column("at_us", BigInteger, nullable=False),  # when it last changed
    Column("body", Text, nullable=False),  # JSON list of `batch.ShownAnswer`
    sqlite_with_rowid=False,
)

receipts = Table(
    "receipts",
    metadata,
    *call_key(),
    Column("action_id", String(ID_CHARS), primary_key=True),
    Column("username", String(NAME_CHARS), nullable=False),
    Column("agent", String(NAME_CHARS)),
    Column("at_us", BigInteger, nullable=False),
    Column("ring_to_pop_ms", Float),
    Column("painted_ms", Float),
    sqlite_with_rowid=False,
)

notes = Table(
    "notes",
    metadata,
    *call_key(),
    Column("username", String(NAME_CHARS), primary_key=True),
    Column("agent", String(NAME_CHARS)),
    Column("text", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

handovers = Table(  # what was written for the next agent of the call
    "handovers",
    metadata,
    *call_key(),
    Column("username", String(NAME_CHARS), primary_key=True),
    Column("agent", String(NAME_CHARS)),
    Column("text", Text, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

dispositions = Table(
    "dispositions",
    metadata,
    *call_key(),
    Column("username", String(NAME_CHARS), primary_key=True),
    Column("agent", String(NAME_CHARS)),
    Column("code", String(LABEL_CHARS), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

offers = Table(
    "offers",
    metadata,
    *call_key(),
    Column("facet", String(LABEL_CHARS), primary_key=True),
    Column("item", String(ID_CHARS), primary_key=True),
    Column("basis", String(LABEL_CHARS), nullable=False),  # the kind of its reason
    Column("model", String(LABEL_CHARS), nullable=False),
    Column("mark", String(20), nullable=False),  # of `domain.offer.Mark`
    Column("at_us", BigInteger, nullable=False),  # no name: see docs/insight.md
    Column("ordered_us", BigInteger),  # the first order of it by this customer after it
    sqlite_with_rowid=False,
)

recall_actions = Table(
    "recall_actions",
    metadata,
    *call_key(),
    Column("action_id", String(ID_CHARS), primary_key=True),
    Column("username", String(NAME_CHARS), nullable=False),
    Column("do", String(20), nullable=False),  # of `domain.recall.Doing`
    Column("at_us", BigInteger, nullable=False),
    Column("until_us", BigInteger, nullable=False),
    Column("reason", String(LABEL_CHARS), nullable=False),
    Column("forced", Boolean, nullable=False),
    sqlite_with_rowid=False,
)

alert_changes = Table(
    "alert_changes",
    metadata,
    Column("change_id", String(ID_CHARS), primary_key=True),
    Column("at_us", BigInteger, nullable=False),
    Column("username", String(NAME_CHARS), nullable=False),
    Column("data", Text, nullable=False),  # JSON, see `wallboard.alerts.record_of`
    Index("alert_changes_by_time", "at_us"),
    sqlite_with_rowid=False,
)

contacts = Table(
    "contacts",
    metadata,
    Column("key", String(ID_CHARS), primary_key=True),
    Column("name", String(NAME_CHARS), nullable=False),
    Column("company", String(NAME_CHARS), nullable=False),
    Column("account", String(NAME_CHARS), nullable=False),
    Column("number", String(32)),
    Column("named_by", String(NAME_CHARS), nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

number_links = Table(
    "number_links",
    metadata,
    Column("number", String(32), primary_key=True),
    Column("source", String(LABEL_CHARS), primary_key=True),
    Column("key", String(ID_CHARS), primary_key=True),
    Column("name", String(NAME_CHARS), nullable=False),
    Column("chosen_by", String(NAME_CHARS), nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Index("number_links_by_time", "at_us"),
)

users = Table(
    "users",
    metadata,
    Column("username", String(LABEL_CHARS), primary_key=True),
    Column("name", String(NAME_CHARS), nullable=False),
    Column("role", String(20), nullable=False),
    Column("agents", Text, nullable=False),  # JSON list of texts
    Column("locale", String(35)),
    Column("active", Boolean, nullable=False),
    Column("token_epoch", Integer, nullable=False),
    Column("password_hash", String(300)),  # argon2id; none: cannot log in
    Column("created_us", BigInteger, nullable=False),
    Column("updated_us", BigInteger, nullable=False),
    Column("password_until_us", BigInteger),  # of a first password; none: for ever
    Column("settings", Text),  # JSON object of the pages; none: their defaults
)

ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("session", String(64), primary_key=True),
    Column("expires_us", BigInteger, nullable=False),  # then it needs no row any more
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_id", String(32), primary_key=True),
    Column("username", String(LABEL_CHARS), nullable=False),
    Column("label", String(LABEL_CHARS), nullable=False),
    Column("secret_sha256", String(64), nullable=False, unique=True),
    Column("created_us", BigInteger, nullable=False),
    Column("revoked_us", BigInteger),
    Column("expires_us", BigInteger),  # none: never
    Index("api_tokens_by_user", "username"),
)

audit = Table(
    "audit",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at_us", BigInteger, nullable=False),
    Column("username", String(LABEL_CHARS), nullable=False),  # who did it
    Column("action", String(LABEL_CHARS), nullable=False),
    Column("object", String(NAME_CHARS), nullable=False),
    Column("detail", Text, nullable=False),
    Index("audit_by_time", "at_us"),
)

key_trees = Table(
    "key_trees",
    metadata,
    Column("tree", String(16), primary_key=True),  # hexadecimal
    Column("depth", Integer, primary_key=True, autoincrement=False),
    Column("path", BigInteger, primary_key=True, autoincrement=False),
    Column("secret", String(200), nullable=False),  # wrapped by the master key
    Column("at_us", BigInteger, nullable=False),
)

report_runs = Table(
    "report_runs",
    metadata,
    Column("name", String(NAME_CHARS), primary_key=True),
    Column("due", String(10), primary_key=True),  # the day on which it was due
    Column("mail_id", String(32), nullable=False),  # the same for every try
    Column("tries", Integer, nullable=False),
    Column("tried_us", BigInteger, nullable=False),
    Column("filed_us", BigInteger),  # when the file was written
    Column("mailed_us", BigInteger),  # when the mail server took the e-mail
    Column("outcome", String(16)),  # "sent", "failed", "skipped"; null: not over
    sqlite_with_rowid=False,
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person", String(32), primary_key=True),  # `MasterKey.name`, never a number
    Column("tree", String(16), primary_key=True),
    Column("leaf", BigInteger, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),  # when it was last used, to the day
    Index("person_keys_by_use", "at_us"),
)

key_copies = Table(
    "key_copies",
    metadata,
    Column("path", String(1000), primary_key=True),  # "HOST:FILE" of `screenpop backup`
    Column("at_us", BigInteger, nullable=False),
)

erasures = Table(
    "erasures",
    metadata,
    Column(
        "id",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("at_us", BigInteger, nullable=False),
    Column("keys", Integer, nullable=False),  # how many were destroyed
)

schema_needs = Table(
    "schema_needs",
    metadata,
    # The newest incompatible step that ran: a version that knows it can work here.
    Column("revision", String(32), primary_key=True),
)

consumers = Table(
    "consumers",
    metadata,
    Column("name", String(LABEL_CHARS), primary_key=True),
    Column("offset", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
)

OF_A_CALL = (
    call_legs,
    call_visits,
    call_counts,
    team_call_counts,
    call_events,
    answers_shown,
    receipts,
    notes,
    handovers,
    dispositions,
    offers,
    recall_actions,
)
"""What goes when its call goes."""
