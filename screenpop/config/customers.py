"""Whose customers is a lookup asked about?

A customer's `key` is the number that its source gave it. With two sources that know
customers, the same key may be somebody else in the other: what takes `customer.key`
is asked about the customers of one source, or of those that `customer_of` names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from screenpop.config.facets import enabled_lookups, kind_of
from screenpop.config.load import Loaded
from screenpop.config.model import Configuration, LookupSettings
from screenpop.config.problems import Problem, did_you_mean, listed

KEY = "customer.key"
SOURCE = "customer.source"


def sources_of_customers(
    config: Configuration, with_contacts: Collection[str]
) -> tuple[str, ...]:
    """Those with `contacts` or an identity lookup, in the order of the file."""
    finding = {
        lookup.source
        for lookup in enabled_lookups(config).values()
        if kind_of(lookup, config) == "identity"
    }
    return tuple(
        name for name in config.sources if name in with_contacts or name in finding
    )


def asked_about(
    lookup: LookupSettings, needs: Collection[str], bringing: Sequence[str]
) -> frozenset[str] | None:
    """The sources whose customers it is asked about; None: whosever they are.

    Empty when that is not clear. A lookup that takes `customer.source` too tells
    them apart itself.
    """
    if lookup.customer_of:
        return frozenset(lookup.customer_of)
    if KEY not in needs or SOURCE in needs:
        return None
    if len(bringing) == 1:
        return frozenset(bringing)
    return frozenset({lookup.source} & set(bringing))


def unclear(
    loaded: Loaded, name: str, needs: Collection[str], bringing: Sequence[str]
) -> Iterator[Problem]:
    """Sources under `customer_of` that bring no customers, or a key of nobody knows."""
    lookup = loaded.config.lookups[name]
    for index, source in enumerate(lookup.customer_of):
        if source not in bringing:
            path = ("lookups", name, "customer_of", index)
            sentence = f"source `{source}` brings no customers"
            remedy = did_you_mean(source, bringing, noun="sources")
            yield loaded.problem(path, sentence, remedy)
    if len(bringing) > 1 and asked_about(lookup, needs, bringing) == frozenset():
        whose = listed([f"`{source}`" for source in bringing])
        sentence = (
            f"asks for `:{KEY}`, but {whose} bring customers, each with keys of its own"
        )
        remedy = (
            f"Say whose keys these are: `customer_of: [{bringing[0]}]`,"
            " or several that share them."
        )
        yield loaded.problem(("lookups", name), sentence, remedy)
