"""Do the canary callers expect values that their source can give?"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from screenpop.config.facets import enabled_lookups, kind_of
from screenpop.config.load import Loaded
from screenpop.config.model import Configuration
from screenpop.config.prepare import Prepared
from screenpop.config.problems import Problem, did_you_mean


def canary_problems(loaded: Loaded, prepared: Prepared) -> Iterator[Problem]:
    """A value is `FACET.COLUMN`, of a facet that a lookup of the source fills.

    Nothing is said where a lookup or the source itself could not be read.
    """
    written = {p[1] for p in loaded.places if len(p) == 2 and p[0] == "lookups"}
    if written - loaded.config.lookups.keys():
        return
    lookups = enabled_lookups(loaded.config).values()
    for name, source in loaded.config.sources.items():
        if source.canaries is None or name not in prepared.connectors:
            continue
        mine = (x for x in lookups if x.source == name)
        facets = {x.facet for x in mine if x.facet is not None}
        if knows_callers(loaded.config, name, prepared.with_contacts):
            facets.add("identity")
        for index, value in enumerate(source.canaries.expect):
            facet = value.partition(".")[0]
            if facet not in facets:
                path = ("sources", name, "canaries", "expect", index)
                sentence = f"source `{name}` has no lookup for the facet `{facet}`"
                remedy = did_you_mean(facet, facets, noun="facets")
                yield loaded.problem(path, sentence, remedy)


def knows_callers(
    config: Configuration, source: str, with_contacts: Collection[str]
) -> bool:
    """Does it say who is calling, by its contacts or by an identity lookup?"""
    return source in with_contacts or any(
        lookup.source == source and kind_of(lookup, config) == "identity"
        for lookup in enabled_lookups(config).values()
    )
