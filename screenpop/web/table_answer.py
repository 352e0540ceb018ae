"""How does a list become the CSV or Parquet file that the client asked for?"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from screenpop.domain.errors import Unloadable
from screenpop.support.table import (
    INSTALL,
    Row,
    TableColumn,
    TableFormat,
    csv_bytes,
    parquet_bytes,
)
from screenpop.wallboard.agent_metrics import MetricDefinition
from screenpop.web.errors import NotAcceptable

CSV = "text/csv"
LABELLED = ";headings=labels"
PARQUET = "application/vnd.apache.parquet"
_TYPES: Mapping[str, TableFormat] = {CSV: "csv", PARQUET: "parquet"}


@dataclass(frozen=True, slots=True)
class TableAsked:
    """`labelled`: the headings of a CSV file have the labels, before the names."""

    format: TableFormat
    labelled: bool = False


def table_format(request: web.BaseRequest) -> TableAsked | None:
    """What the client accepts, and not JSON; of several the one named first."""
    accepted = request.headers.get("Accept", "").lower()
    named = [each for each in _TYPES if each in accepted]
    if not named or "json" in accepted:
        return None
    first = _TYPES[min(named, key=accepted.index)]
    return TableAsked(first, labelled=LABELLED in accepted.replace(" ", ""))


def value_columns(definitions: Iterable[MetricDefinition]) -> list[TableColumn]:
    return [
        TableColumn(
            name=each.name,
            kind="count" if each.unit == "calls" else "number",
            label=each.label,
        )
        for each in definitions
    ]


async def answered_table(
    asked: TableAsked, of: Sequence[TableColumn], rows: Iterable[Row], name: str
) -> web.Response:
    """A file `name` with that ending, written in a thread. Raises `NotAcceptable`."""
    form = asked.format
    write: Callable[..., bytes] = parquet_bytes
    if form == "csv":
        write = partial(csv_bytes, labelled=asked.labelled)
    try:
        body = await asyncio.to_thread(write, of, rows)
    except Unloadable as error:
        raise NotAcceptable(
            "this service cannot write Parquet: pyarrow is not installed.",
            code="no_parquet",
            remedy=f"On the server: {INSTALL}. Or ask for {CSV}.",
        ) from error
    return web.Response(
        body=body,
        content_type=CSV if form == "csv" else PARQUET,
        charset="utf-8" if form == "csv" else None,
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )
