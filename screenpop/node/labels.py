"""What are queues, lines, sources, facets and results called on pages and in files?"""

from __future__ import annotations

from screenpop.config.facets import all_shapes
from screenpop.config.model import Configuration
from screenpop.domain.profile import CONTACTS_SOURCE
from screenpop.insight.adviser import SOURCE as ADVISER
from screenpop.insight.adviser import SOURCE_LABEL as ADVISER_LABEL
from screenpop.lookup.own_source import SOURCE


def queue_labels(config: Configuration) -> dict[str, str]:
    return {name: x.label for name, x in config.queues.items() if x.label}


def line_labels(config: Configuration) -> dict[str, str]:
    return {name: x.label for name, x in config.lines.items() if x.label}


def source_labels(config: Configuration) -> dict[str, str]:
    """The names by which agents know the sources, our own among them."""
    labels = {name: x.label for name, x in config.sources.items() if x.label}
    ours = {SOURCE: "Call history", CONTACTS_SOURCE: "Named by agents"}
    return {**ours, ADVISER: ADVISER_LABEL, **labels}


def place_labels(config: Configuration) -> dict[str, dict[str, str]]:
    """How reports call queues, lines, dialled numbers, facets, results and teams."""
    return {
        "team": {name: team.label for name, team in config.teams.items()},
        "queue": queue_labels(config),
        "line": line_labels(config),
        "dialled": {number: x.label for number, x in config.dialled.items()},
        "facet": {shape.name: shape.label for shape in all_shapes(config)},
        "result": {each.code: each.label for each in config.dispositions},
    }


def subject_label(config: Configuration, subject: str) -> str:
    """Of an alert: a queue, a source or a line, of one node with `@node`."""
    name, at, node = subject.rpartition("@")
    if at and (not name or name in config.sources):
        return f"{subject_label(config, name)}, node {node}".removeprefix(", ")
    places = (config.queues, config.sources, config.lines)
    named = (each[subject].label for each in places if subject in each)
    return next((label for label in named if label), subject)
