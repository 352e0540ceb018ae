"""How does a list become the CSV or Parquet file that the client asked for?"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence

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
PARQUET = "application/vnd.apache.parquet"
_TYPES: Mapping[str, TableFormat] = {CSV: "csv", PARQUET: "parquet"}


def table_format(request: web.BaseRequest) -> TableFormat | None:
    """What the client accepts, and not JSON; of several the one named first."""
    accepted = request.headers.get("Accept", "").lower()
    named = [each for each in _TYPES if each in accepted]
    if not named or "json" in accepted:
        return None
    return _TYPES[min(named, key=accepted.index)]


def value_columns(definitions: Iterable[MetricDefinition]) -> list[TableColumn]:
    return [
        TableColumn(name=each.name, kind="count" if each.unit == "calls" else "number")
        for each in definitions
    ]


async def answered_table(
    form: TableFormat, of: Sequence[TableColumn], rows: Iterable[Row], name: str
) -> web.Response:
    """A file `name` with that ending, written in a thread. Raises `NotAcceptable`."""
    write = csv_bytes if form == "csv" else parquet_bytes
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
