"""Which buttons, snippets, layouts and reasons of a break does a desk have?"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from screenpop.domain.agent import Role

WEB = ("http", "https")
CODE = ("javascript", "data", "vbscript", "blob", "file", "about")
"""Schemes that are programs or local files: never opened from a page."""
OF_THE_CALL = (
    "number", "digits", "agent", "agent.name", "note", "call.id", "call.line",
    "call.queue", "call.number", "customer.key", "customer.source", "customer.name",
)  # fmt: skip
CARET = "caret"
"""Where the caret stands after a snippet was inserted; not a value."""

_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_WEB_HOST = re.compile(r"^https?://[^/?#{}@\s]+(?:[/?#]|$)", re.IGNORECASE)
_NAME = re.compile(r"\{([^{}]*)\}")
_FORM = re.compile(r"^[a-z][a-z0-9_]*\.\w+$", re.IGNORECASE | re.ASCII)


def scheme_of(url: str) -> str:
    """In lower case; empty where a URL has none."""
    found = _SCHEME.match(url)
    return found[1].lower() if found else ""


def names_in(url: str) -> list[str]:
    """The names between braces, in their order."""
    return _NAME.findall(url)


def _template(url: str) -> str:
    scheme = scheme_of(url)
    if not scheme or scheme in CODE or re.search(r"\s", url):
        raise ValueError("must be a URL, e.g. https://crm.example/c/{customer.key}")
    if scheme in WEB and not _WEB_HOST.match(url):
        raise ValueError("must have a host without {…}, user or password")
    _known_names(url, OF_THE_CALL)
    return url


def _known_names(text: str, known: tuple[str, ...]) -> None:
    if re.search(r"[{}]", _NAME.sub("", text)):
        raise ValueError("has a brace without its partner")
    for name in names_in(text):
        if name not in known and not _FORM.match(name):
            raise ValueError(
                f"{{{name}}} is not one of {', '.join(known)}, FACET.FIELD,"
                " attributes.NAME"
            )


def _note_text(text: str) -> str:
    """All values but the note: the text becomes a part of it."""
    _known_names(text, (CARET, *(name for name in OF_THE_CALL if name != "note")))
    if names_in(text).count(CARET) > 1:
        raise ValueError("has {caret} more than once")
    return text


def _snippet_name(name: str) -> str:
    if not re.fullmatch(r"[^\W_][\w-]{0,29}", name):
        raise ValueError(
            "must be one word of at most 30 letters, digits, `-` and `_`, e.g. late"
        )
    return name


def _scheme(name: str) -> str:
    if name in CODE:
        raise ValueError(f"{name} is never opened from a page")
    return name


UrlTemplate = Annotated[str, Field(max_length=2_000), AfterValidator(_template)]
SnippetText = Annotated[
    str, Field(min_length=1, max_length=1_000), AfterValidator(_note_text)
]
SnippetName = Annotated[str, AfterValidator(_snippet_name)]
Labels = dict[Annotated[str, Field(pattern="^(en|de|fr|es|it|nl|pl|ar)$")], str]
Scheme = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9+.-]{0,40}$"), AfterValidator(_scheme)
]


class _DeskModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ButtonSettings(_DeskModel):
    """A button of the card that opens another program with this call's values."""

    label: str = Field(min_length=1, max_length=60, description="What agents see.")
    labels: Labels = Field(
        default_factory=dict,
        description="What they see in other languages, by language.",
    )
    url: UrlTemplate = Field(
        description="What it opens, with `{NAME}` for a value, see docs/desk.md. Values"
        " are URL-encoded; without one of them the button is not shown."
    )
    lines: tuple[str, ...] = Field(
        (), max_length=100, description="Only on calls of these lines; default: all."
    )
    queues: tuple[str, ...] = Field(
        (), max_length=100, description="Only on calls of these queues; default: all."
    )
    facet: str | None = Field(
        None, description="It stands in the head of this facet instead of the card's."
    )


class SnippetSettings(_DeskModel):
    """A text for notes that agents insert by its name."""

    name: SnippetName = Field(
        description="Typed as `/name ` in a note; letters, digits, `-` and `_`.",
    )
    text: SnippetText = Field(
        description="With `{NAME}` for a value, see docs/desk.md, and at most one"
        " `{caret}`. A value that is missing leaves nothing.",
    )
    label: str | None = Field(
        None, max_length=60, description="Its name in the menu; default: `name`."
    )
    labels: Labels = Field(
        default_factory=dict,
        description="The same in other languages, by language.",
    )
    queues: tuple[str, ...] = Field(
        (), max_length=100, description="Only on calls of these queues; default: all."
    )


class BreakReasonSettings(_DeskModel):
    """What a break is for; agents may choose one with the state *Break*."""

    name: SnippetName = Field(
        description="In frames and in the journal; letters, digits, `-` and `_`."
    )
    label: str = Field(min_length=1, max_length=30, description="What people see.")
    labels: Labels = Field(
        default_factory=dict,
        description="The same in other languages, by language.",
    )


def _names_once(
    reasons: tuple[BreakReasonSettings, ...],
) -> tuple[BreakReasonSettings, ...]:
    names = [reason.name for reason in reasons]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"`{name}` is a duplicate")
    return reasons


class PlacedFacetSettings(_DeskModel):
    """A facet of a card, and how much room it gets."""

    facet: str = Field(description="Its name, e.g. `balance`; not `identity`.")
    size: Literal["small", "wide", "tall"] = Field(
        "small",
        description="`wide`: two columns where the window has them; `tall`: twice the"
        " rows of a list.",
    )


class LayoutSettings(_DeskModel):
    """Which facets a card has at once; the others are under *More*."""

    queues: tuple[str, ...] = Field(
        (), max_length=100, description="Only on calls of these queues; default: all."
    )
    roles: tuple[Role, ...] = Field(
        (), max_length=3, description="Only for users of these roles; default: all."
    )
    facets: tuple[PlacedFacetSettings, ...] = Field(
        min_length=1, max_length=50, description="In the order of the card."
    )


class DeskSettings(_DeskModel):
    """What a card shows, and what agents can do from it."""

    schemes: tuple[Scheme, ...] = Field(
        (),
        max_length=20,
        description="Schemes besides http and https that buttons may open, e.g. `sap`.",
    )
    buttons: tuple[ButtonSettings, ...] = Field(
        (), max_length=20, description="Buttons that open other programs."
    )
    snippets: tuple[SnippetSettings, ...] = Field(
        (), max_length=100, description="Texts for notes, in the order of their menu."
    )
    layouts: tuple[LayoutSettings, ...] = Field(
        (),
        max_length=50,
        description="Layouts of cards. The first that fits queue and role is taken;"
        " without one the card has its usual layout.",
    )
    break_reasons: Annotated[
        tuple[BreakReasonSettings, ...], AfterValidator(_names_once)
    ] = Field(
        (),
        max_length=20,
        description="Reasons of a break, in the order of their menu. The agent sees"
        " the own one; others as `privacy.live_state_for` allows.",
    )
