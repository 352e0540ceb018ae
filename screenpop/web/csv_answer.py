"""How does a list become a CSV file that a spreadsheet reads without harm?

RFC 4180: commas, CRLF, quotes where needed, a row of names first; UTF-8.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from aiohttp import web

TYPE = "text/csv"
_FORMULA = ("=", "@", "+", "-", "\t", "\r")


def wants_csv(request: web.BaseRequest) -> bool:
    """Does the client accept CSV and not JSON?"""
    accepted = request.headers.get("Accept", "")
    return TYPE in accepted and "json" not in accepted


def answered_csv(
    names: Sequence[str], rows: Iterable[Mapping[str, object]], file_name: str
) -> web.Response:
    """Values of `names` in that order; None is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return web.Response(
        body=text.getvalue().encode("utf-8", "replace"),
        content_type=TYPE,
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
    )


def _cell(value: object) -> object:
    """A text that a spreadsheet would compute gets an apostrophe; numbers stay."""
    if not isinstance(value, str) or not value.startswith(_FORMULA):
        return value
    return value if value[1:].isdigit() and value[0] in "+-" else f"'{value}"
