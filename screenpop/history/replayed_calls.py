"""Who called, when and where: the calls that a replay looks up again."""

from __future__ import annotations

import csv
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select, tuple_

from screenpop.domain.errors import BadInput
from screenpop.history import tables
from screenpop.history.engine import Database

PAGE = 1_000
CALLS_MAX = 200_000  # of one replay
NUMBER_HEADERS = ("number", "phone", "caller", "from")
_calls = tables.calls.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedCall:
    """Equal ones are looked up once. `caller` is as the telephone system wrote it."""

    caller: str | None
    line: str = ""
    dialled: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()
    call_id: str = field(default="", compare=False)


async def past_calls(database: Database, since_us: int) -> AsyncIterator[ReplayedCall]:
    """From the outside and to it, the newest first; at most `CALLS_MAX`.

    Withheld numbers are left out: nothing is looked up for them by number.
    """
    place = (_calls.arrived_us, _calls.line, _calls.call_id, _calls.occurrence)
    query = (
        select(*place, _calls.number, _calls.caller, _calls.dialled, _calls.attributes)
        .where(
            _calls.arrived_us >= since_us,
            _calls.direction != "internal",
            _calls.withheld.is_(False),
        )
        .order_by(*(column.desc() for column in place))
        .limit(PAGE)
    )
    before: tuple[object, ...] | None = None
    for _ in range(CALLS_MAX // PAGE):
        page = query if before is None else query.where(tuple_(*place) < before)
        async with database.read() as connection:
            rows = (await connection.execute(page)).all()
        for row in rows:
            yield ReplayedCall(
                caller=row.number or row.caller,
                line=row.line,
                dialled=row.dialled,
                attributes=tuple(sorted(json.loads(row.attributes).items())),
                call_id=row.call_id,
            )
        if len(rows) < PAGE:
            return
        before = tuple(rows[-1][:4])


def listed_calls(path: Path) -> Iterator[ReplayedCall]:
    """The numbers of a CSV file, by its header or its only column.

    Raises `BadInput` for a file that cannot be read or has too many rows.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise BadInput(
            f"cannot read {path}: {why}.", remedy="Check the path and the encoding."
        ) from error
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > CALLS_MAX:
        raise BadInput(
            f"{path} has {len(lines)} rows, at most {CALLS_MAX} are read.",
            remedy="Split the file.",
        )
    if not lines:
        return
    dialect = ";" if ";" in lines[0] else "\t" if "\t" in lines[0] else ","
    rows = list(csv.reader(lines, delimiter=dialect))
    header = [cell.strip().lower() for cell in rows[0]]
    at = next((header.index(x) for x in NUMBER_HEADERS if x in header), None)
    if at is None and len(header) > 1:
        raise BadInput(
            f"{path} has no column {', '.join(NUMBER_HEADERS[:-1])} or"
            f" {NUMBER_HEADERS[-1]}: its header is {', '.join(header)[:100]}.",
            remedy="Name the column of the numbers `number`.",
        )
    optional = {
        name: header.index(name) for name in ("line", "dialled") if name in header
    }
    for number, row in enumerate(rows if at is None else rows[1:], 1):
        cells = [cell.strip() for cell in row]
        if (at or 0) >= len(cells) or not cells[at or 0]:
            continue
        more = {n: cells[i] for n, i in optional.items() if i < len(cells)}
        yield ReplayedCall(
            caller=cells[at or 0],
            line=more.get("line", ""),
            dialled=more.get("dialled") or None,
            call_id=f"row {number}",
        )
