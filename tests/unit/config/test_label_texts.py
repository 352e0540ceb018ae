"""How do labels of the configuration read in other languages?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from key_effects import loaded

from screenpop.config.label_texts import label_texts, place_texts


def labelled(label: str, text: str) -> dict[str, Any]:
    return {"label": label, "labels": {"de": text}}


def test_facets_and_results_are_known_apart_from_places(tmp_path: Path) -> None:
    config = loaded(
        tmp_path,
        queues={"sales": labelled("Sales", "Verkauf"), "other": {"label": "Other"}},
        dispositions=[{"code": "sold", **labelled("Sold", "Verkauft")}],
        facets={"balance": labelled("Account", "Kontostand")},
    ).config
    assert place_texts(config) == {"Sales": {"de": "Verkauf"}}
    assert label_texts(config) == {
        "Sales": {"de": "Verkauf"},
        "Account": {"de": "Kontostand"},
        "Sold": {"de": "Verkauft"},
    }


def test_of_equal_labels_the_first_counts(tmp_path: Path) -> None:
    queues = {
        "a": {"label": "Sales"},
        "b": labelled("Sales", "Verkauf"),
        "c": labelled("Sales", "Vertrieb"),
    }
    config = loaded(tmp_path, queues=queues).config
    assert place_texts(config) == {"Sales": {"de": "Verkauf"}}
