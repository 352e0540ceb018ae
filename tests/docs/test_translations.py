"""Is each text that the service makes in English translated on the pages?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import product
from typing import Any, get_args

import pytest
from docs.translations import LANGUAGES, catalogue, holes, untranslated

from docs import refusals
from screenpop.domain.call_counts import NUMBERS, CountingRules, in_words
from screenpop.domain.decision import NAMED_BY_AN_AGENT
from screenpop.domain.profile import CHOSEN_BY_AN_AGENT
from screenpop.domain.recall import CLOSE_REASONS, SORT_RULE
from screenpop.domain.service_level import COUNTED, Comparison, ServiceLevelRules
from screenpop.history import offers
from screenpop.history.own_sections import SECTIONS, Kept
from screenpop.history.passwords import weakness
from screenpop.insight.facts import FACTS
from screenpop.insight.policy import NOT_OFFERED, SOME_NOT_OFFERED, SOURCE_LABEL
from screenpop.insight.ranking import LEARNED, VARIANTS
from screenpop.insight.reasons import Kind as ReasonKind
from screenpop.insight.reasons import Reason, in_a_sentence
from screenpop.lookup.calls import CHOSEN_BY, IF_PLUS_LEFT_OUT
from screenpop.lookup.guarded_source import OLDER
from screenpop.lookup.hit_check import OTHER_NUMBERS
from screenpop.lookup.identify import ONE_OF
from screenpop.lookup.merge import NOT_ASKED
from screenpop.lookup.number_shelf import THE_KEY, THE_NUMBER, weaker_ways
from screenpop.lookup.plan import FOUND_BY
from screenpop.lookup.search import FOUND_BY_A_SEARCH
from screenpop.node.forecast_answer import CHARGED, HANDLE_TIME_WORDS
from screenpop.node.planning import LET_IT_RUN, NO_CALLS, NO_CALLS_OF
from screenpop.planning.forecast import (
    METHODS,
    no_calls_before,
    too_few_days,
    too_old,
)
from screenpop.wallboard.alerts import UNWATCHED
from screenpop.wallboard.metrics import definitions
from screenpop.wallboard.past import TEAM_NUMBERS, of_the_past, why_counted
from screenpop.wallboard.pop_help import FIGURES
from screenpop.wallboard.watched import watched_numbers
from screenpop.web import kinds, me, pops, stats

WHEN = datetime(2026, 11, 30, 13, 20, tzinfo=UTC)
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


def of_my_data() -> Iterator[str]:
    for label, formula in me.FORMULAS.values():
        yield from (label, formula)
    for section in SECTIONS:
        yield from (section.label, section.text)
    for kept in get_args(Kept):
        yield me.kept_words(kept, history_days=730)
    for place in me.elsewhere(journal_h=36, session_h=12):
        yield from (place["label"], place["text"], place["kept"])
    yield from me.NOT_STORED


def of_call_backs() -> Iterator[str]:
    yield from (*CLOSE_REASONS.values(), SORT_RULE)


def of_offers() -> Iterator[str]:
    counts: dict[str, Any] = {
        "item": "BAG-1",
        "other": "LCK-1",
        "count": 3,
        "last_days": 9,
    }
    of_kinds = [
        Reason(kind=kind, of=of, percent=percent, usual_days=usual_days, **counts)
        for kind in get_args(ReasonKind)
        for of, percent in ((1, 0), (8, 40), (1_200, 24))
        for usual_days in (1, 7)
    ]
    for one in of_kinds:
        yield in_a_sentence([one.text("D-lock, 230 mm")])
        yield in_a_sentence([of_kinds[0].text(), one.text("D-lock 230 mm")])
    yield from (f"{formula}." for formula in offers.FORMULAS.values())
    yield from (LEARNED, *(name for task in VARIANTS.values() for name in task))
    yield from (
        *(x.format(count=2, why="a") for x in (NOT_OFFERED, SOME_NOT_OFFERED)),
        SOURCE_LABEL,
    )


def of_facts() -> Iterator[str]:
    yield from (fact.label for fact in FACTS)


def of_customers() -> Iterator[str]:
    ways = [why for _, _, why in weaker_ways("442079460958", "GB")]
    yield from (THE_NUMBER, THE_KEY, *ways, CHOSEN_BY_AN_AGENT, NAMED_BY_AN_AGENT)
    yield from (CHOSEN_BY.format(who="ana"), IF_PLUS_LEFT_OUT.format(why=ways[2]))
    yield f"{THE_NUMBER}; {ONE_OF.format(sharers=3)}"
    found = FOUND_BY + "crm"
    yield from (found, f"{found}, {OTHER_NUMBERS}", f"{found}, {ways[1]}")
    yield from (FOUND_BY_A_SEARCH, OLDER)
    yield from (x.format(names=":a, :b", last=":c") for x in NOT_ASKED.values())


def of_reports() -> Iterator[str]:
    yield from (*stats.OUTCOMES.values(), *kinds.CUSTOMERS.values())
    yield from (*kinds.NAMELESS.values(), pops.OLDEST_LEFT_OUT)
    yield from (words for words, _ in FIGURES.values())
    for name in (*NUMBERS, *COUNTED):
        yield why_counted("sales", {name: 1, "offered": 2})
    yield why_counted("", {"missed": 1})
    for error in (
        too_few_days(3, WHEN, WHEN.date()), too_old(WHEN, WHEN.date()),
        no_calls_before(),
    ):  # fmt: skip
        yield from (str(error), error.remedy or "")
    yield from METHODS
    yield from (NO_CALLS, NO_CALLS_OF.format(queue="sales"), LET_IT_RUN)
    yield from (*CHARGED, *(x for each in HANDLE_TIME_WORDS.values() for x in each))


def of_refusals() -> Iterator[str]:
    """All but the weakness of a password, which stands in a value."""
    texts = {*refusals.texts()} - {"password: it 7"}
    assert len(texts) > 40
    yield from texts
    yield f"password: it {weakness('password', 'ana')}"


TEXTS: Mapping[str, Callable[[], Iterable[str]]] = {
    "numbers": of_the_numbers,
    "alerts": of_alerts,
    "my data": of_my_data,
    "call backs": of_call_backs,
    "offers": of_offers,
    "facts": of_facts,
    "customers": of_customers,
    "reports": of_reports,
    "refusals": of_refusals,
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
