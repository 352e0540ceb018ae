"""Do pages, messages and comments use the words that a reader would search for?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import pytest
from docs.prose import (
    BANNED,
    PATTERN,
    ROOT,
    Found,
    Passage,
    banned_in,
    dialect_passages,
    pages,
    python_passages,
    typescript_passages,
)

SLACK = 10
"""So many fewer than allowed are no reason to write the number again."""

COMMENTS_ALLOWED = {
    "cli": 13,
    "config": 2,
    "connector": 2,
    "connectors": 16,
    "demo": 8,
    "desk": 17,
    "domain": 1,
    "history": 3,
    "intake": 94,
    "journal": 1,
    "lookup": 25,
    "pages/admin": 5,
    "pages/desk": 16,
    "pages/shared": 6,
    "pages/state": 10,
    "support": 3,
    "wallboard": 1,
    "web": 33,
}
"""Phrases left in comments and docstrings, by room. A number may only fall."""


def by_room(passages: Iterable[Passage]) -> dict[str, list[Found]]:
    found: dict[str, list[Found]] = {}
    for passage in passages:
        parts = passage.file.relative_to(ROOT).parts
        room = {
            "agent_ui": f"pages/{parts[-2]}", "connectors": "connectors"
        }.get(parts[0], parts[1])  # fmt: skip
        found.setdefault(room, []).extend(banned_in(passage))
    return found


CODE = [*python_passages(), *typescript_passages(), *dialect_passages()]
PAGES = {page.file.relative_to(ROOT).as_posix(): page for page in pages()}


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_page_uses_searchable_words(name: str) -> None:
    assert list(banned_in(PAGES[name])) == []


def test_messages_use_searchable_words() -> None:
    """Texts of errors, logs, metrics, configuration keys, commands and pages."""
    messages = [each for each in CODE if each.kind == "message"]
    assert len(messages) > 5_000
    assert [found for each in messages for found in banned_in(each)] == []


def test_phrases_in_comments_become_fewer() -> None:
    found = by_room(each for each in CODE if each.kind == "comment")
    counts = {room: len(phrases) for room, phrases in found.items() if phrases}
    for room, count in counts.items():
        allowed = COMMENTS_ALLOWED.get(room, 0)
        assert count <= allowed, "\n".join(
            f"{x.where}: {x.phrase}" for x in found[room]
        )
        assert count >= allowed - SLACK, f"lower COMMENTS_ALLOWED[{room!r}] to {count}"
    assert COMMENTS_ALLOWED.keys() <= counts.keys()


@pytest.mark.parametrize(
    "text",
    [
        "the log tells why",
        "`XX` is no country",
        "Nobody is known",
        "the browser comes again",
        "read it anew",
    ],
)
def test_the_search_finds_what_it_is_for(text: str) -> None:
    assert PATTERN.search(text)


@pytest.mark.parametrize(
    "text", ["there is no such page", "it is no longer open", "hours", "recommend"]
)
def test_ordinary_words_are_not_found(text: str) -> None:
    assert PATTERN.search(text) is None


def test_every_phrase_has_a_replacement() -> None:
    assert all(BANNED.values())
    assert Counter(BANNED.values()).most_common(1)[0][1] == 1
