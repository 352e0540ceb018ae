"""How do labels of the configuration read in other languages?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from screenpop.config.facets import all_shapes
from screenpop.config.model import Configuration

LabelTexts = dict[str, dict[str, str]]
"""By label, then by language. A label that is used twice reads the same in both."""


def place_texts(config: Configuration) -> LabelTexts:
    """Of queues, lines and dialled numbers."""
    return _by_label(_places(config))


def label_texts(config: Configuration) -> LabelTexts:
    """Of these, and of facets and results."""
    shapes = ((shape.label, shape.labels) for shape in all_shapes(config))
    results = ((each.label, each.labels) for each in config.dispositions)
    return _by_label([*_places(config), *shapes, *results])


def _places(config: Configuration) -> Iterator[tuple[str | None, Mapping[str, str]]]:
    yield from ((each.label, each.labels) for each in config.queues.values())
    yield from ((each.label, each.labels) for each in config.lines.values())
    yield from ((each.label, each.labels) for each in config.dialled.values())


def _by_label(
    labelled: Iterable[tuple[str | None, Mapping[str, str]]],
) -> LabelTexts:
    found: LabelTexts = {}
    for label, texts in labelled:
        if label and texts:
            found.setdefault(label, dict(texts))
    return found
