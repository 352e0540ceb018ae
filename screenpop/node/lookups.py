"""What finds out who is calling, and how is it made from the configuration?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from screenpop.config.facets import identity_columns
from screenpop.config.load import Loaded
from screenpop.config.model import Configuration
from screenpop.connector.registry import Registry
from screenpop.desk.case import Case
from screenpop.domain.phone import Presentation
from screenpop.domain.profile import Profile
from screenpop.insight.policy import SalesPolicy, policy_of
from screenpop.lookup.calls import CallLookups, shapes_of
from screenpop.lookup.explain import Explanation
from screenpop.lookup.identify import Certainty
from screenpop.lookup.kept_sources import KeptSources
from screenpop.lookup.merge import Findings, Groups, grouped, merge
from screenpop.lookup.own_source import OwnLookups
from screenpop.lookup.run import Publish, RunTools
from screenpop.lookup.search import SearchTools
from screenpop.lookup.sources import FindConnector, Sources, make_sources
from screenpop.lookup.values import types_of
from screenpop.node.labels import source_labels
from screenpop.node.parts import numbering_plans
from screenpop.support.clock import Clock
from screenpop.support.metrics import Bound, Metrics
from screenpop.support.spare_time import SpareTime
from screenpop.support.tasks import Watch


@dataclass(kw_only=True)
class Lookups:
    """Everything that finds out who is calling."""

    sources: Sources
    tools: RunTools
    calls: CallLookups
    search: SearchTools
    groups: Groups
    policy: SalesPolicy | None = None
    own: OwnLookups = field(default_factory=dict)

    def switch(self, new: Lookups) -> None:
        """Find out with another configuration from now on, in one step."""
        self.sources, self.tools = new.sources, new.tools
        self.search, self.own = new.search, new.own
        self.groups, self.policy = new.groups, new.policy
        self.calls.switch(new.tools, new.calls.plans)

    def source_of(self, lookup: str) -> str | None:
        """None for a lookup that is not there any more."""
        planned = self.tools.plan.lookups.get(lookup)
        return None if planned is None else planned.source

    def profile_of(self, case: Case) -> Profile:
        """The desk's view of a case."""
        profile = merge(
            Findings(
                answers=case.answers,
                pending=case.pending,
                candidates=case.candidates,
                chosen=case.chosen,
                chosen_us=case.chosen_us,
                withheld=case.parties.ani.presentation is not Presentation.ALLOWED,
            ),
            self.groups,
            case.memo,
        )
        if self.policy is None:
            return profile
        who = case.parties
        return self.policy.applied(
            profile, case.call, who.ani, who.dnis, _as_of_us(case)
        )

    def judged(self, told: Explanation) -> Explanation:
        """The explanation with what the sales policy says."""
        if self.policy is None:
            return told
        given = (told.profile, told.call, told.who.ani, told.who.dnis, told.at_us)
        return replace(
            told,
            profile=self.policy.applied(*given),
            policy=self.policy.explained(*given),
        )


def _as_of_us(case: Case) -> int:
    """When the newest value was fetched; of the case alone, so that a replay agrees."""
    return max((case.call.arrived_us, *(x.fetched_us for x in case.answers.values())))


def make_lookups(
    loaded: Loaded,
    clock: Clock,
    publish: Publish,
    metrics: Metrics,
    own: OwnLookups | None = None,
    find: FindConnector | None = None,
    spare: SpareTime | None = None,
    index_folder: Path | None = None,
    watch: Watch | None = None,
    kept: KeptSources | None = None,
) -> Lookups:
    """Sources, plan and runs; raises `ConfigError`.

    `index_folder` keeps the number index over a restart; `kept` are running sources.
    """
    config = loaded.config
    spare = SpareTime() if spare is None else spare
    sources = make_sources(
        config,
        loaded.folder,
        find or Registry().find,
        clock,
        own,
        index_folder,
        watch,
        kept,
    )
    tools = RunTools(
        plan=sources.plan,
        sources=sources.guards,
        certainty=Certainty(
            confident=config.identify.confident,
            lead=config.identify.lead,
            candidates_max=config.identify.candidates_max,
        ),
        clock=clock,
        publish=publish,
        deadline_s=config.calls.round_deadline_ms / 1000,
        timings=Bound(metrics.lookup_s),
        observe_whole=metrics.profile_s.observe,
        spare=spare,
        identity_types=types_of(identity_columns(config)),
    )
    calls = CallLookups(
        tools,
        sources.index,
        numbering_plans(config),
        ZoneInfo(config.server.time_zone),
        sources.columns,
    )
    return Lookups(
        sources=sources,
        tools=tools,
        calls=calls,
        search=_search_tools(config, sources, clock),
        groups=grouped(shapes_of(tools), tools.identity_types, source_labels(config)),
        policy=policy_of(config),
        own=own or {},
    )


def _search_tools(config: Configuration, sources: Sources, clock: Clock) -> SearchTools:
    return SearchTools(
        plan=sources.plan,
        sources=sources.guards,
        index=sources.index,
        searches=sources.searches,
        now_us=clock.now_us,
        numbering=numbering_plans(config)[""],
        zone=ZoneInfo(config.server.time_zone),
        results_max=config.limits.search_results_max,
    )
