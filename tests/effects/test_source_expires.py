"""`sources.NAME.expires`: the key of any connector is watched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from key_effects import loaded, shows_effect_of

from screenpop.config.check import check
from screenpop.connector.registry import Registry
from screenpop.lookup.source_states import SourceStates, problems_of
from screenpop.lookup.sources import make_sources
from screenpop.node.gauges import show_sources
from screenpop.support.clock import SystemClock
from screenpop.support.metrics import Metrics


@shows_effect_of("sources.NAME.expires")
@pytest.mark.parametrize(
    ("in_days", "said"), [(3, "expires in"), (-2, "has expired"), (60, None)]
)
def test_a_key_that_ends_is_said_whatever_the_connector(
    tmp_path: Path, in_days: int, said: str | None
) -> None:
    (tmp_path / "cards.csv").write_text("key,name,phone\n7,Ada,1\n")
    clock = SystemClock()
    last = datetime.fromtimestamp(clock.now_us() / 1e6, UTC) + timedelta(days=in_days)
    cards = {"connector": "csv_file", "path": "cards.csv"}
    dated = {**cards, "expires": last.date().isoformat()}
    found = loaded(tmp_path, sources={"dated": dated, "undated": cards})
    warned = [x.key for x in check(found) if "`expires`" in x.sentence]
    sources = make_sources(found.config, tmp_path, Registry().find, clock)
    ready = [x for x in problems_of(sources) if "`expires`" in x.message]
    assert warned == (["sources.dated"] if said else [])
    assert [x.part for x in ready] == (["source dated"] if said else [])
    assert all(said is not None and said in x.message for x in ready)
    shown = {x.source: x for x in SourceStates(found, sources, str).shown()}
    assert shown["dated"].key_days_left in (in_days, in_days + 1)
    assert shown["undated"].key_days_left is None
    metrics = Metrics()
    show_sources(metrics, sources)
    gauge = metrics.key_days_left.collect()
    (sample,) = [each for family in gauge for each in family.samples]
    assert sample.labels == {"source": "dated"}
    assert sample.value in (in_days, in_days + 1)
