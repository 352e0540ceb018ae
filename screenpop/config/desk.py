"""Which buttons does a card have, and which addresses do they open?"""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from screenpop.domain.agent import Role

WEB = ("http", "https")
CODE = ("javascript", "data", "vbscript", "blob", "file", "about")
"""Schemes that are programs or local files: never opened from a page."""
OF_THE_CALL = (
    "number", "digits", "agent", "note", "call.id", "call.line", "call.queue",
    "customer.key", "customer.source", "customer.name",
)  # fmt: skip

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
    if re.search(r"[{}]", _NAME.sub("", url)):
        raise ValueError("has a brace without its partner")
    for name in names_in(url):
        if name not in OF_THE_CALL and not _FORM.match(name):
            known = ", ".join(OF_THE_CALL)
            raise ValueError(
                f"{{{name}}} is not one of {known}, FACET.FIELD, attributes.NAME"
            )
    return url


def _scheme(name: str) -> str:
    if name in CODE:
        raise ValueError(f"{name} is never opened from a page")
    return name


UrlTemplate = Annotated[str, Field(max_length=2_000), AfterValidator(_template)]
Scheme = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9+.-]{0,40}$"), AfterValidator(_scheme)
]


class _DeskModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class ButtonSettings(_DeskModel):
    """A button of the card that opens another program with this call's values."""

    label: str = Field(min_length=1, max_length=60, description="What agents see.")
    labels: dict[Annotated[str, Field(pattern="^(en|de|fr|es|it|nl|pl|ar)$")], str] = (
        Field(
            default_factory=dict,
            description="What they see in other languages, by language.",
        )
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
    layouts: tuple[LayoutSettings, ...] = Field(
        (),
        max_length=50,
        description="Layouts of cards. The first that fits queue and role is taken;"
        " without one the card has its usual layout.",
    )
