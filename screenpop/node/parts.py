"""Which parts does the configuration ask for?

One function per part: configuration in, a made but not yet opened part out.
"""

from __future__ import annotations

import socket
from pathlib import Path
from zoneinfo import ZoneInfo

from screenpop.config.facets import (
    ORDER_FACETS,
    all_shapes,
    gives_orders,
)
from screenpop.config.load import Loaded
from screenpop.config.model import Configuration
from screenpop.config.recall import WEEK
from screenpop.config.teams import members
from screenpop.desk.commands import CommandRules
from screenpop.desk.session import SessionLimits
from screenpop.domain.call import LineId
from screenpop.domain.call_counts import CountingRules
from screenpop.domain.call_state import CallLimits
from screenpop.domain.occurrences import PlacingLimits
from screenpop.domain.opening_hours import OpeningHours, span_of
from screenpop.domain.recall import RecallRules
from screenpop.domain.related_calls import SameCalls
from screenpop.domain.service_level import ServiceLevelRules
from screenpop.domain.stake import StakeColumns
from screenpop.history.engine import Database
from screenpop.insight.adviser import SOURCE as ADVISER
from screenpop.insight.adviser import SOURCE_LABEL as ADVISER_LABEL
from screenpop.insight.adviser import Adviser, Keep, OffersLookup
from screenpop.insight.feed import OrderFeeds
from screenpop.insight.order_store import OrderStore
from screenpop.journal.base import Journal
from screenpop.journal.leases import Lease, LocalLeases
from screenpop.journal.memory import MemoryJournal
from screenpop.journal.sealing import PLAIN, RecordCodec
from screenpop.journal.spool import SpooledJournal
from screenpop.journal.sqlite import SqliteJournal
from screenpop.lookup.normalise import NumberingPlan
from screenpop.lookup.own_source import OwnLookups, offer_lookups
from screenpop.lookup.sources import Sources
from screenpop.support.clock import Clock
from screenpop.support.metrics import Metrics
from screenpop.support.tasks import TaskOwner, Watch
from screenpop.wallboard.recalls import RecallSettings
from screenpop.wallboard.teams import Teams

INDEX_FOLDER = "numbers"  # in server.data_dir: the number index, a file a source
JOURNAL_FILE = "journal.sqlite"  # there, too
WORKER_FOLDER = "worker-{}"  # of each process of `serve --workers N`
SPOOL_FILE = "spool.sqlite"  # what Redis did not take


def data_dir_of(loaded: Loaded) -> Path:
    return loaded.folder / loaded.config.server.data_dir


def newest_folder(data_dir: Path, part: str) -> Path:
    """Where that part was last written: each worker has one of its own."""
    folders = [data_dir, *data_dir.glob(WORKER_FOLDER.format("*"))]
    used = [each / part for each in folders if (each / part).is_dir()]
    return max(used, key=lambda each: each.stat().st_mtime, default=data_dir / part)


def journal_of(loaded: Loaded, clock: Clock, codec: RecordCodec = PLAIN) -> Journal:
    options = loaded.config.journal
    if options.engine == "memory":
        return MemoryJournal(clock, pending_max=options.pending_max)
    if options.engine == "redis":
        return _redis_journal(loaded, clock, codec)
    return SqliteJournal(
        data_dir_of(loaded) / JOURNAL_FILE,
        synchronous=options.synchronous,
        pending_max=options.pending_max,
        clock=clock,
        codec=codec,
    )


def _redis_journal(loaded: Loaded, clock: Clock, codec: RecordCodec) -> Journal:
    from screenpop.journal.redis import RedisJournal  # redis-py takes a while
    from screenpop.journal.redis_address import parse_address

    options = loaded.config.journal
    url = options.url.get_secret_value() if options.url else ""
    ca_file = loaded.folder / options.ca_file if options.ca_file else None
    shared = RedisJournal(
        parse_address(url, ca_file, options.sentinel_login),
        prefix=options.key_prefix,
        node=node_name(loaded.config),
        pending_max=options.pending_max,
        timeout_s=options.timeout_s,
        patience_s=options.patience_s,
        clock=clock,
        codec=codec,
    )
    if not options.spool_entries_max:
        return shared
    spool = SqliteJournal(
        data_dir_of(loaded) / SPOOL_FILE,
        synchronous=options.synchronous,
        pending_max=options.pending_max,
        clock=clock,
        codec=codec,
    )
    return SpooledJournal(
        shared, spool, entries_max=options.spool_entries_max, clock=clock
    )


def node_name(config: Configuration) -> str:
    return config.journal.node or socket.gethostname()


def archiving_lease(
    config: Configuration, journal: Journal, database: Database, clock: Clock
) -> Lease:
    """One node at a time writes the history; a SQLite store is one node's alone."""
    leases = LocalLeases() if database.is_sqlite else journal.leases
    return Lease(leases, "archiver", node_name(config), clock=clock)


def make_adviser(
    config: Configuration, clock: Clock, keep: Keep | None = None
) -> Adviser:
    """`keep` None: no call is held back."""
    settings = config.insight
    return Adviser(
        clock,
        holdout_share=settings.holdout_share,
        withheld=settings.excluded_customers,
        keep=keep,
    )


def offers_of(
    adviser: Adviser, config: Configuration, clock: Clock, tasks: TaskOwner
) -> OwnLookups:
    """The lookups that the adviser answers; none without orders."""
    if not gives_orders(config):
        return {}
    lookups = {facet: OffersLookup(adviser, facet) for facet in ORDER_FACETS}
    answering = {facet: (each, each.at_hand) for facet, each in lookups.items()}
    of, asked = config.insight.customers_of, config.insight.item_lookup
    waits_ms = 0 if asked is None else asked.timeout_ms
    return offer_lookups(ADVISER, ADVISER_LABEL, answering, clock, tasks, of, waits_ms)


def make_feeds(
    loaded: Loaded,
    sources: Sources,
    clock: Clock,
    metrics: Metrics,
    watch: Watch | None = None,
    *,
    is_alone: bool = False,
) -> OrderFeeds:
    """The orders and items of the sources, and the store that keeps them.

    `is_alone`: nothing else is done meanwhile.
    """
    return OrderFeeds(
        sources.connectors,
        loaded.config.sources,
        OrderStore(data_dir_of(loaded)),
        clock=clock,
        zone=ZoneInfo(loaded.config.server.time_zone),
        metrics=metrics,
        watch=watch,
        is_alone=is_alone,
    )


def numbering_plans(config: Configuration) -> dict[str, NumberingPlan]:
    labels = tuple((number, x.label) for number, x in config.dialled.items())
    home = config.server.country
    asked = NumberingPlan(country=home, home_country=home, dialled_labels=labels)
    return {"": asked} | {
        name: NumberingPlan(
            country=line.country or config.server.country,
            home_country=config.server.country,
            dialled_labels=labels,
        )
        for name, line in config.lines.items()
    }


def counting_rules(config: Configuration) -> CountingRules:
    """How calls are counted: on the wallboard and in the history alike."""
    settings = config.service_level.model_dump()
    own = {name: x.target_s for name, x in config.queues.items() if x.target_s}
    return CountingRules(
        short_abandon_s=config.calls.short_abandon_s,
        service_level=ServiceLevelRules(**settings, target_by_queue=own),
    )


def teams_of(config: Configuration) -> Teams:
    labels = {name: team.label for name, team in config.teams.items()}
    return Teams(labels, members(config.teams))


def recall_settings(config: Configuration) -> RecallSettings:
    options = config.recall
    spans = options.opening_hours
    hours = OpeningHours(
        zone=ZoneInfo(config.server.time_zone),
        week=tuple([*map(span_of, spans.get(day, ()))] for day in WEEK),
    )
    columns = [
        (f"{shape.name}.{column.name}", column.currency)
        for shape in all_shapes(config)
        for column in (*shape.fields, *shape.columns)
    ]
    return RecallSettings(
        days=options.days,
        callers_max=options.callers_max,
        rules=RecallRules(
            short_abandon_s=config.calls.short_abandon_s,
            hours=hours if spans else None,
            claim_us=round(options.claim_s * 1e6),
        ),
        columns=StakeColumns(
            matter=options.matter,
            money=options.money,
            currencies={name: currency for name, currency in columns if currency},
        ),
    )


def call_limits(config: Configuration) -> CallLimits:
    return CallLimits(
        alerting_max_s=config.calls.alerting_max_s,
        talking_max_s=config.calls.talking_max_s,
        waiting_max_s=config.calls.waiting_max_s,
        leg_grace_s=config.calls.leg_grace_s,
        linger_s=config.calls.linger_s,
        events_per_call_max=config.limits.events_per_call_max,
        live_calls_max=config.limits.live_calls_max,
    )


def same_calls(config: Configuration) -> SameCalls:
    return SameCalls(
        {
            LineId(name): LineId(line.same_calls_as)
            for name, line in config.lines.items()
            if line.same_calls_as is not None
        }
    )


def placing_limits(config: Configuration) -> PlacingLimits:
    return PlacingLimits(
        reuse_grace_s=config.calls.reuse_grace_s,
        late_s=config.calls.alerting_max_s,
        silent_max_s=config.calls.talking_max_s,
    )


def rules(config: Configuration) -> CommandRules:
    return CommandRules(
        dispositions=[x.code for x in config.dispositions],
        note_required=[x.code for x in config.dispositions if x.note_required],
        break_reasons=[x.name for x in config.desk.break_reasons],
        note_chars_max=config.limits.note_chars_max,
    )


def session_limits(config: Configuration) -> SessionLimits:
    return SessionLimits(
        outbox_bytes_max=config.limits.outbox_bytes_max,
        frames_per_s=config.limits.client_frames_per_s,
        sessions_per_user_max=config.limits.sessions_per_user_max,
    )
