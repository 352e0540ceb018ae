"""What does a search for a customer find, and how does each source stand?

Both travel in the desk's frames as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from screenpop.domain.profile import Candidate, FieldState

SEARCH_CHARS_MIN = 2
SEARCH_CHARS_MAX = 100


class FoundCustomer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A customer who fits a search, with what distinguishes them from others."""

    source: str
    source_label: str = ""
    key: str
    name: str
    company: str | None = None
    account: str | None = None
    town: str | None = None
    last_order: str | None = None
    why: str = ""


class SearchedSource(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a source stands in a search; `message` says in words what is wrong."""

    source: str
    label: str
    state: FieldState
    ms: float | None = None
    message: str | None = None


class SearchResult(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The best customers so far, the best first; `more` fit and are left out."""

    customers: tuple[FoundCustomer, ...]
    candidates: tuple[Candidate, ...]  # the same, in the same order
    sources: tuple[SearchedSource, ...]
    more: int = 0

    @property
    def is_whole(self) -> bool:
        return all(each.state is not FieldState.PENDING for each in self.sources)


class OpenSearch(Protocol):
    """A search under way."""

    def close(self) -> None:
        """Its results are not wanted any more."""
        ...


Searching = Callable[[str, Callable[[SearchResult], None]], OpenSearch]
"""Begins a search for a text; the result comes whole, again for each answer."""
