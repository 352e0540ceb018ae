"""What does the web get of a node, and what of it follows the configuration?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import screenpop
from screenpop.config.label_texts import label_texts
from screenpop.domain.call import LineId
from screenpop.domain.line_clock import LineClock
from screenpop.history.kinds import CallKinds
from screenpop.history.offers import Offers
from screenpop.history.popped import PoppedCalls
from screenpop.insight.feed_states import orders_seen
from screenpop.intake.lines import AllLines
from screenpop.intake.recent import RequestLog
from screenpop.intake.webhook import Intake, bind_lines, join_legs
from screenpop.lookup.source_states import SourceStates
from screenpop.node.comparison_orders import comparisons_of
from screenpop.node.forecast_orders import forecasts_of
from screenpop.node.kept_counts import KeptCounts
from screenpop.node.labels import place_labels
from screenpop.node.offer_orders import orders_after_calls
from screenpop.node.parts import data_dir_of
from screenpop.node.recall_past import recalls_of
from screenpop.node.wallboard_frames import rule_of
from screenpop.node.worker import own_port
from screenpop.web.auth import key_file
from screenpop.web.live_calls import LiveCalls
from screenpop.web.site import Services

if TYPE_CHECKING:
    from screenpop.node.node import Service


def services_of(it: Service) -> Services:
    """Everything that the web is given."""
    config, lines = it.loaded.config, bind_lines(it.loaded.config)
    join_legs(lines, it.follower.book)
    requests = RequestLog(it.loaded, lines, it.clock.now_us)
    it.requests = requests
    it.counts = KeptCounts(
        data_dir_of(it.loaded), requests, it.lookups.calls, it.clock.now_us()
    )
    return Services(
        intake=Intake(lines, it.events, it.profile_of, it.metrics, requests),
        hub=it.hub,
        users=it.past.people,
        logged_out=it.logged_out,
        calls=it.past.calls(it.door.keep, it.follower.notes),
        own_records=it.past.own_records(),
        own_calls=it.past.own_calls(),
        board=it.feed.agents,
        offers=Offers(it.past.database),
        live=LiveCalls(
            it.follower.book,
            it.follower.directory,
            it.events,
            it.past.audit,
            it.clock,
        ),
        recalls=recalls_of(config, it.follower),
        alerts=it.alerting.for_web(it.past.database),
        lookup=it.lookup_json,
        stats=it.live_stats,
        counts=it.past.counts(),
        popped=PoppedCalls(it.past.database),
        kinds=CallKinds(it.past.database, ZoneInfo(config.server.time_zone)),
        orders_after=orders_after_calls(it.loaded),
        counting=it.feed.counters.rules,
        groups=lambda: rule_of(it.feed, it.loaded.config.privacy.of_agents),
        privacy=config.privacy.of_agents,
        labels=place_labels(config),
        label_texts=label_texts(config),
        queue_now=lambda queue: it.feed.counters.now(queue),
        forecasts=forecasts_of(it.loaded, it.past.database, it.feed, it.clock),
        comparisons=comparisons_of(lambda: it.loaded, it.past.database),
        lines=AllLines(config.lines, requests, it.streams.lines, _clocks(it)),
        sources=SourceStates(it.loaded, it.lookups.sources, requests.clean).shown,
        source_times=lambda name: it.times.of(name, [*it.lookups.sources.guards]),
        orders=lambda: orders_seen(it.orders, it.insight, requests.clean),
        configuration=it.reloader,
        ready=it.problems,
        notes=it.notes,
        audit=it.past.audit.write,
        caught_up=it.caught_up,
        key_file=key_file(it.loaded),
        own_port=own_port(it.loaded),
        version=screenpop.__version__,
        server=config.server,
        limits=config.limits,
        security=config.security,
        metrics=it.metrics,
        clock=it.clock,
    )


def follow_configuration(it: Service, services: Services) -> None:
    """Make again what the configuration that runs now says otherwise."""
    config, requests = it.loaded.config, it.requests
    assert requests is not None
    it.past.switch(it.loaded)
    services.calls = it.past.calls(it.door.keep, it.follower.notes)
    services.own_calls = it.past.own_calls()
    services.recalls = recalls_of(config, it.follower)
    services.orders_after = orders_after_calls(it.loaded)
    services.labels = place_labels(config)
    services.privacy, services.limits = config.privacy.of_agents, config.limits
    services.counting = it.feed.counters.rules
    services.label_texts = label_texts(config)
    services.forecasts = forecasts_of(it.loaded, it.past.database, it.feed, it.clock)
    lines = AllLines(config.lines, requests, it.streams.lines, _clocks(it))
    services.lines = lines
    states = SourceStates(it.loaded, it.lookups.sources, requests.clean)
    services.sources = states.shown


def _clocks(it: Service) -> Mapping[LineId, LineClock]:
    return it.follower.placing.occurrences.clocks
