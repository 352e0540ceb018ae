"""Is each text that the service makes in English translated on the pages?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any, get_args

import pytest
from docs.translations import LANGUAGES, catalogue, holes, untranslated

from screenpop.domain.call_counts import CountingRules, in_words
from screenpop.domain.service_level import Comparison, ServiceLevelRules
from screenpop.wallboard.alerts import UNWATCHED
from screenpop.wallboard.metrics import definitions
from screenpop.wallboard.past import TEAM_NUMBERS, of_the_past
from screenpop.wallboard.watched import watched_numbers

CHOICES: Mapping[str, Iterable[object]] = {
    "comparison": get_args(Comparison),
    "measured_from": ("entry", "ring"),
    "interval": ("entry", "answer"),
    "transfers": ("again", "once"),
    "target_by_queue": ({}, {"sales": 30.0, "support": 12.5}),
}


def rules() -> Iterator[ServiceLevelRules]:
    """Every way in which a centre may count."""
    for values in product(*CHOICES.values()):
        chosen: dict[str, Any] = dict(zip(CHOICES, values, strict=True))
        yield ServiceLevelRules(**chosen)


def of_the_numbers() -> Iterator[str]:
    for each in rules():
        for number in (*definitions(each), *of_the_past(each), *TEAM_NUMBERS):
            yield from (number.label, number.formula)
        yield in_words(CountingRules(service_level=each))


def of_alerts() -> Iterator[str]:
    yield from (each.label for each in watched_numbers().values())
    yield UNWATCHED


TEXTS: Mapping[str, Callable[[], Iterable[str]]] = {
    "numbers": of_the_numbers,
    "alerts": of_alerts,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", TEXTS)
def test_each_text_of_the_service_is_translated(kind: str, language: str) -> None:
    texts = dict.fromkeys(TEXTS[kind]())
    left = {part for text in texts for part in untranslated(text, language)}
    assert not left, f"add to agent_ui/src/i18n/{language}/said/: {sorted(left)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_catalogues_have_the_same_texts_with_the_same_holes(language: str) -> None:
    entries = catalogue(language)
    assert entries.keys() == catalogue("de").keys()
    for english, text in entries.items():
        for form in [text] if isinstance(text, str) else text.values():
            optional = {"n"} if isinstance(text, dict) else set()
            assert holes(english) - optional <= holes(form) <= holes(english), english


def test_a_text_without_a_translation_is_found() -> None:
    known = "Total only. Total and teams."
    assert untranslated(known, "de") == []
    assert untranslated(f"{known} Of no one.", "de") == ["Of no one."]
    assert untranslated("Of those offered today: gone.", "ar") == ["gone."]
    assert untranslated("Target <= few s from queue entry;", "fr")
