"""Does a catalogue of the pages translate a text of the service as a whole?

The same search as `agent_ui/src/i18n/said.ts`: the text, then its sentences, then
their clauses, each as an entry or by a template with holes. `{n}` is a number,
`{said_x}` another text of the service, any other name what people or sources wrote.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
I18N = ROOT / "agent_ui" / "src" / "i18n"
LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "ar")
HOLE = re.compile(r"\{(\w+)\}")
NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?")
SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-Z0-9(`])")
CLAUSES = re.compile(r"(?<=;) ")
LISTED = re.compile(r"(?<=[;,]) ")  # of a text inside another one

Catalogue = dict[str, str | dict[str, str]]


@cache
def catalogue(language: str) -> Catalogue:
    found: Catalogue = {}
    for file in sorted((I18N / language / "said").glob("*.json")):
        entries = json.loads(file.read_text("utf-8"))
        twice = found.keys() & entries.keys()
        assert not twice, f"{file}: already in another file: {twice}"
        found |= entries
    return found


def holes(text: str) -> set[str]:
    return set(HOLE.findall(text))


def untranslated(text: str, language: str) -> list[str]:
    """The parts of a text that stay English; none where it is translated whole."""
    left = _whole(text, language)
    if left is not None:
        return left
    return [
        part
        for sentence in SENTENCES.split(text)
        for part in _sentence(sentence, language, CLAUSES)
    ]


def _sentence(text: str, language: str, between: re.Pattern[str]) -> list[str]:
    left = _whole(text, language)
    if left is not None:
        return left
    return [
        part for clause in between.split(text) for part in _clause(clause, language)
    ]


def _clause(text: str, language: str) -> list[str]:
    bare = text.rstrip(".;,")
    for each in (text, bare, bare[:1].lower() + bare[1:]):
        left = _whole(each, language)
        if left is not None:
            return left
    return [text]


def _whole(text: str, language: str) -> list[str] | None:
    """What stays English of a text that is an entry; None: it is none."""
    entries = catalogue(language)
    if text in entries:
        return []
    for template in _templates(language):
        values = _values(text, HOLE.split(template))
        if values is not None:
            said = [x for name, x in values.items() if name.startswith("said")]
            return [
                part for value in said for part in _sentence(value, language, LISTED)
            ]
    return None


@cache
def _templates(language: str) -> list[str]:
    found = [each for each in catalogue(language) if "{" in each]
    return sorted(found, key=lambda each: -len("".join(HOLE.split(each)[::2])))


def _values(text: str, parts: list[str]) -> dict[str, str] | None:
    if not text.startswith(parts[0]):
        return None
    values: dict[str, str] = {}
    at = len(parts[0])
    for of in range(1, len(parts), 2):
        name, after = parts[of], parts[of + 1]
        if of == len(parts) - 2:
            end = len(text) - len(after) if text.endswith(after) else -1
        else:
            end = text.find(after, at + 1)
        value = text[at:end]
        if end <= at or (len(name) == 1 and not NUMBER.fullmatch(value)):
            return None
        values[name] = value
        at = end + len(after)
    return values
