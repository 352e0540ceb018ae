"""What does `hello` say about cards: labels, results, buttons, snippets, …?"""

from __future__ import annotations

from typing import Literal

import msgspec


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """How a field or column of a facet is labelled and typed."""

    name: str
    label: str
    type: Literal["text", "money", "number", "integer", "percent", "date", "datetime",
        "phone", "email", "url", "flag"] = "text"  # fmt: skip
    currency: str | None = None  # fixed currency; else the field `currency` says it
    labels: dict[str, str] = {}  # in other languages, by language


class FacetShape(msgspec.Struct, frozen=True, kw_only=True):
    """A facet that this configuration fills, in the order of the card."""

    name: str
    label: str
    fields: list[Column] = []
    columns: list[Column] = []  # of its rows
    labels: dict[str, str] = {}  # in other languages, by language


class DispositionChoice(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    label: str
    note_required: bool = False
    labels: dict[str, str] = {}  # in other languages, by language


class UrlButton(msgspec.Struct, frozen=True, kw_only=True):
    """A button that opens `url` once all its `{NAME}` have values."""

    label: str
    url: str
    lines: list[str] = []  # none: calls of all lines
    queues: list[str] = []
    facet: str | None = None  # in whose head it stands; null: the card's own
    labels: dict[str, str] = {}


class Snippet(msgspec.Struct, frozen=True, kw_only=True):
    """A text for notes; `{NAME}` stands for a value, `{caret}` for the caret."""

    name: str  # typed as `/name `
    text: str
    label: str
    queues: list[str] = []  # none: calls of all queues
    labels: dict[str, str] = {}


class BreakReason(msgspec.Struct, frozen=True, kw_only=True):
    """What a break is for; `agent_state` names it."""

    name: str
    label: str
    labels: dict[str, str] = {}  # in other languages, by language


class CardLayout(msgspec.Struct, frozen=True, kw_only=True):
    """Facets and their room in the order of the card; others are under *More*."""

    facets: dict[str, Literal["small", "wide", "tall"]]
    queues: list[str] = []  # none: calls of all queues
    roles: list[str] = []
