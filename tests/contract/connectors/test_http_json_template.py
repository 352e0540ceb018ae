"""What stands in the braces, and how is a value put there safely?"""

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.connector import ConfigError, Scalar
from screenpop_connectors.http_json.template import (
    Unsuitable,
    body_names,
    filled_body,
    filled_header,
    filled_url,
    parse,
    parse_body,
)


def url(template: str, **params: Scalar) -> str:
    return filled_url(parse(template), params)


@pytest.mark.parametrize(
    ("template", "value", "expected"),
    [
        ("/a/{number}", "+44 20/7?x#y", "/a/%2B44%2020%2F7%3Fx%23y"),
        ("/a?n={number}&b=1", "x&b=2", "/a?n=x%26b%3D2&b=1"),
        ("/a?b={{1}}&n={ number }", "1", "/a?b=%7B1%7D&n=1"),
        ("/a b?c=d e&n={number}", "ü", "/a%20b?c=d%20e&n=%C3%BC"),
        ("/a%20b/{number}", "%2e", "/a%20b/%252e"),
        ("/A?$filter=Phone eq '{number}'", "x' or 1 eq 1", (
            "/A?$filter=Phone%20eq%20'x%27%27%20or%201%20eq%201'"
        )),
        ('/A?f=[["tel","=","{number}"]]', 'x"]]', (
            "/A?f=[[%22tel%22,%22=%22,%22x%5C%22%5D%5D%22]]"
        )),
        ("/A?q=endswith('+{number}')", "'", "/A?q=endswith('+%27%27')"),
        ("/a/{number}", True, "/a/true"),
    ],
)  # fmt: skip
def test_a_value_is_encoded_for_its_place(
    template: str, value: Scalar, expected: str
) -> None:
    assert url(template, number=value) == expected


@pytest.mark.parametrize("value", [".", ".."])
def test_no_value_climbs_the_path(value: str) -> None:
    with pytest.raises(Unsuitable):
        url("/a/{number}/b", number=value)
    assert url("/a/x{number}", number=value) == f"/a/x{value}"
    assert url("/a?x={number}", number=value) == f"/a?x={value}"


@given(st.text())
def test_a_value_never_leaves_its_place_in_the_url(value: str) -> None:
    try:
        filled = url("/a/{number}/b?c={number}&d=1", number=value)
    except Unsuitable:
        assert value in {".", ".."} or not value.isprintable()
        return
    parts = urlsplit(f"http://host{filled}")
    assert parts.path.count("/") == 3
    query = parse_qsl(parts.query, keep_blank_values=True)
    assert query == [("c", value), ("d", "1")]


@given(st.text())
def test_a_header_stays_one_line(value: str) -> None:
    try:
        filled = filled_header(parse("n={number}"), {"number": value})
    except Unsuitable:
        return
    assert filled == f"n={value}"
    assert not set(filled) & {"\r", "\n", "\0"}


def test_a_text_that_is_only_a_parameter_keeps_the_values_type() -> None:
    body = parse_body(
        {
            "id": "{customer.id}",
            "text": "id {customer.id}",
            "list": ["{number}", 1, None],
        }
    )
    assert body_names(body) == {"customer.id", "number"}
    assert filled_body(body, {"customer.id": 7, "number": '"+44'}) == {
        "id": 7,
        "text": "id 7",
        "list": ['"+44', 1, None],
    }


@pytest.mark.parametrize("text", ["{number", "number}", "{numbr}", "{}", "{a{b}}"])
def test_wrong_braces_are_an_error_of_the_configuration(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text)
