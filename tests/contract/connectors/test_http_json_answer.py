"""How does a JSON answer become rows?"""

import pytest

from screenpop.connector import ConfigError, Row, Scalar
from screenpop_connectors.http_json.answer import AnswerReading, parsed, scalar


def rows(body: str, select: str | None = None, **fields: str) -> list[Row]:
    return list(AnswerReading(select, fields or None).rows(parsed(body.encode())))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12.50", "12.50"),
        ("0.1", "0.1"),
        ("1e3", "1000"),
        ("-1.5E-2", "-0.015"),
        ("1e999999999", "1E+999999999"),
        ("7", 7),
        ("9007199254740993", "9007199254740993"),
        ("NaN", None),
        ("true", True),
        ('"x"', "x"),
    ],
)
def test_numbers_keep_what_was_sent(text: str, expected: Scalar) -> None:
    assert scalar(parsed(text.encode())) == expected


@pytest.mark.parametrize(
    ("body", "select", "expected"),
    [
        ('{"a": 1, "b": {"c": 2}, "d": [3]}', None, [{"a": 1}]),
        ('[{"a": 1}, {"a": 2}]', None, [{"a": 1}, {"a": 2}]),
        ('{"items": []}', "items", []),
        ('{"items": null}', "items", []),
        ("{}", "items", []),
        ('{"many2one": false}', "many2one", []),
        ("[[1, 2]]", None, [{"value": "[1, 2]"}]),
        ("[1, 2]", None, [{"value": 1}, {"value": 2}]),
        ('{"a": null}', None, []),
        ('[{"a": 5.5}, {"a": 0.5}]', "[?a > `1`]", [{"a": "5.5"}]),
        ('[{"a": 5.5}, {"a": 0.5}]', "sum([].a)", [{"value": 6.0}]),
    ],
)
def test_select_finds_the_rows(
    body: str, select: str | None, expected: list[Row]
) -> None:
    assert rows(body, select) == expected


def test_fields_are_taken_from_each_row() -> None:
    body = '{"p": [{"o": {"t": 1.10}, "n": [7, "Ada"]}, {"x": 1}]}'
    found = rows(body, "p", total="o.t", name="n[1]", whole="o")
    assert found == [{"total": "1.10", "name": "Ada", "whole": '{"t": 1.1}'}]


def test_an_expression_that_does_not_fit_says_so() -> None:
    with pytest.raises(ValueError, match="invalid type for value"):
        rows('{"a": "x"}', "sum(a)")


def test_an_answer_nested_too_deeply_is_no_answer() -> None:
    with pytest.raises(ValueError, match="nested too deeply"):
        parsed(b"[" * 200_000)


def test_a_wrong_expression_is_an_error_of_the_configuration() -> None:
    with pytest.raises(ConfigError, match=r"fields\.a: not a JMESPath"):
        AnswerReading(None, {"a": "a[["})
