"""Where in the JSON of a request does a cursor or a page stand?"""

from __future__ import annotations

from pydantic import JsonValue

IN_BODY = "body."
"""What a parameter's name begins with that stands in the body, not in the query."""


def with_value(body: JsonValue, place: str, value: JsonValue) -> JsonValue:
    """The body with a value at `variables.after` or `params.1`; nothing is changed.

    A last name that is not there is added; raises `LookupError` for any other.
    """
    head, _, rest = place.partition(".")
    if isinstance(body, dict):
        if not rest:
            return {**body, head: value}
        if head not in body:
            raise LookupError(f"there is no `{head}`")
        return {**body, head: with_value(body[head], rest, value)}
    if isinstance(body, list):
        if not head.isascii() or not head.isdigit() or int(head) >= len(body):
            raise LookupError(f"the list has no item `{head}`")
        index = int(head)
        inner = with_value(body[index], rest, value) if rest else value
        return [*body[:index], inner, *body[index + 1 :]]
    raise LookupError(f"`{head}` stands inside of a value")
