"""What does the query string ask for?"""

from __future__ import annotations

from collections.abc import Mapping

from screenpop.domain.errors import BadInput
from screenpop.web.errors import shown


def text(query: Mapping[str, str], name: str, chars_max: int) -> str | None:
    """A parameter; None when absent or empty. Raises `BadInput`."""
    value = query.get(name, "")
    if len(value) > chars_max:
        raise BadInput(
            f"{name} has {len(value)} characters, at most {chars_max} are read.",
            code="bad_query",
        )
    return value or None


def required(query: Mapping[str, str], name: str, chars_max: int) -> str:
    value = text(query, name, chars_max)
    if value is None:
        raise BadInput(f"{name} is missing.", code="bad_query", remedy=f"Add ?{name}=…")
    return value


def whole_number(
    query: Mapping[str, str], name: str, default: int, least: int, most: int
) -> int:
    value = text(query, name, 20)
    if value is None:
        return default
    if not (value.isascii() and value.isdigit() and least <= int(value) <= most):
        raise BadInput(
            f"{name} must be a whole number from {least} to {most},"
            f" is {shown(value)!r}.",
            code="bad_query",
        )
    return int(value)
