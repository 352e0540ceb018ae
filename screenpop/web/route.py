"""What is there to know about one path and method?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

from screenpop.domain.agent import Role
from screenpop.web.site import Handler

Answer = type[msgspec.Struct] | Literal["object", "text", "page", "file", "socket"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteParameter:
    """One query parameter, for the OpenAPI document."""

    name: str
    text: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`role` is the least role that may; None: whoever comes, or as `public` says.

    `handler` is None for webhooks only, which the dispatcher takes before all.
    `errors` are the statuses beside those that every route of its kind may have.
    """

    method: str
    path: str
    summary: str
    handler: Handler | None
    role: Role | None = None
    access: str = ""  # in words, where `role` does not say it
    asks_who: bool = False  # identify whoever comes, though nobody may come too
    body: type[msgspec.Struct] | None = None
    answer: Answer = "object"
    status: int = 200
    query: tuple[RouteParameter, ...] = ()
    errors: tuple[int, ...] = ()

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces of the path."""
        parts = self.path.split("/")
        return tuple(part[1:-1] for part in parts if part.startswith("{"))
