"""Pages and files call things as the configuration does."""

from __future__ import annotations

import pytest

from screenpop.config.model import Configuration
from screenpop.node.labels import place_labels, subject_label

CONFIG = Configuration.model_validate(
    {
        "lines": {"pbx": {"label": "Head office"}, "trunk": {}},
        "queues": {"q1": {"label": "Sales"}},
        "sources": {
            "crm": {"connector": "csv_file", "path": "x.csv", "label": "Customers"}
        },
        "facets": {"terms": {"label": "Own terms"}},
    }
)


def test_lines_and_built_in_facets_have_labels_too() -> None:
    labels = place_labels(CONFIG)
    assert labels["line"] == {"pbx": "Head office"}
    assert labels["facet"]["credit_terms"] == "Credit terms"
    assert labels["facet"]["terms"] == "Own terms"


@pytest.mark.parametrize(
    ("subject", "label"),
    [
        ("q1", "Sales"),
        ("pbx", "Head office"),
        ("trunk", "trunk"),
        ("crm@b", "Customers, node b"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_an_alert_names_its_subject_as_the_configuration_does(
    subject: str, label: str
) -> None:
    assert subject_label(CONFIG, subject) == label
