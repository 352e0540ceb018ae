"""What is asked of an HTTP service, and what came back?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import JsonValue
from yarl import URL

from screenpop.connector import Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """`label` stands for the URL in error texts: it holds no caller's number."""

    url: URL
    label: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: JsonValue = None
    form: Mapping[str, str] | None = None
    empty_on: tuple[int, ...] = ()
    params: Mapping[str, Scalar] = field(default_factory=dict)  # hidden in errors
    reading: bool = False  # of contacts, orders or items: it tries again by itself
    safe: bool = True  # it may be sent twice


class HttpReply(NamedTuple):
    """`value` is None where nothing is there; `link` names the next page."""

    value: object
    link: str | None
