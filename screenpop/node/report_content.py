"""What stands in a report: the numbers of `GET /v1/stats`, as a file and as a message.

It names no person: groups are queues, lines and dialled numbers.
"""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from screenpop.config.reports import ReportFormat, ReportSettings
from screenpop.domain.report_times import ReportTimes
from screenpop.domain.service_level import BY_NAME, ServiceLevelRules, counting_rules
from screenpop.history.past_counts import CountsAsked
from screenpop.support.table import Row, TableColumn, csv_bytes, parquet_bytes
from screenpop.wallboard.agent_metrics import MetricDefinition
from screenpop.wallboard.intervals import interval_starts
from screenpop.wallboard.past import of_the_past
from screenpop.web.interval_rows import Counted, IntervalTable

SHOWN = (
    "offered", "answered", "abandoned", "service_level", "average_speed_of_answer_s",
    "average_handle_time_s",
)  # fmt: skip
"""The numbers of a message; the file has those of `what.figures`."""
LINES_MAX = 30  # of a message; further ones stand in the file alone
NONE = "\N{EN DASH}"
_STYLE = (
    "body{font:14px/1.4 system-ui,sans-serif;color:#111;background:#fff}"
    "h1{font-size:20px}"
    "div{overflow-x:auto;margin:0 0 24px}table{border-collapse:collapse}"
    "th,td{padding:4px 10px;border-bottom:1px solid #ccc;text-align:right;"
    "white-space:nowrap}.t{text-align:left}"
)

Values = Mapping[str, float | None]


class Line(NamedTuple):
    """One line of the message's table."""

    label: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeReport:
    """The numbers of one report, not yet written down."""

    name: str
    title: str  # with the days
    zone: str
    first: date
    table: IntervalTable
    figures: Sequence[str]
    lines: Sequence[Line]  # all calls first
    more: int  # lines left out
    direct: str  # calls without a queue, in words
    rules: ServiceLevelRules


async def make_report(
    name: str,
    settings: ReportSettings,
    times: ReportTimes,
    day: date,
    counted: Counted,
) -> MadeReport:
    """The report that is due on `day`. Raises `BadInput`, `Unavailable`."""
    what, (from_us, to_us) = settings.what, times.bounds_us(day)
    asked = CountsAsked(from_us=from_us, to_us=to_us, queues=what.queues)
    starts = interval_starts(from_us, to_us, what.by, times.zone)
    table = await counted.table(asked, starts, what.group)
    whole = await counted.table(asked, [from_us], what.group)
    lines = _lines(whole, what.group, counted.labels.get(what.group or "", {}))
    first, after = times.days_of(day)
    return MadeReport(
        name=name,
        title=f"{settings.label or name}: {_days(first, after)}",
        zone=times.zone.key,
        first=first,
        table=table,
        figures=what.figures or [x.name for x in of_the_past(counted.rules)],
        lines=[Line("All", table.total["values"]), *lines[:LINES_MAX]],
        more=max(0, len(lines) - LINES_MAX),
        direct=_direct(table.total["values"]),
        rules=counted.rules,
    )


def file_bytes(made: MadeReport, form: ReportFormat) -> bytes:
    """Takes a while; run it in a thread."""
    of = _columns(made)
    if form == "csv":
        return csv_bytes(of, made.table.flat())
    if form == "parquet":
        return parquet_bytes(of, made.table.flat())
    return page(made, with_rows=True).encode("utf-8", "replace")


def text(made: MadeReport) -> str:
    """For a message without HTML, and for a terminal."""
    head = ["", *(each.label for each in _shown(made))]
    rows = [head, *([x.label, *_words(made, x.values)] for x in made.lines)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(head))]
    table = [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([made.title, "", *table, "", *_notes(made), ""])


def page(made: MadeReport, *, with_rows: bool = False) -> str:
    """An HTML page that loads nothing; `with_rows` also each interval."""
    head = [x.label for x in _shown(made)]
    lines = [[x.label, *_words(made, x.values)] for x in made.lines]
    parts = [f"<h1>{_safe(made.title)}</h1>", _table(["", *head], lines)]
    if with_rows:
        of, units = _read_by_people(_columns(made)), _units(made)
        rows = [
            [_cell(row, column, units) for column in of] for row in made.table.flat()
        ]
        names, places = [_label(made, x) for x in of], len(of) - len(made.figures)
        parts.append(_table(names, rows, texts=places))
    parts += [f"<p>{_safe(note)}</p>" for note in _notes(made)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{_safe(made.title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _label(made: MadeReport, column: TableColumn) -> str:
    labels = {x.name: x.label for x in of_the_past(made.rules)}
    return labels.get(column.name, column.name.removesuffix("_label").capitalize())


def shown(value: float | None, unit: str) -> str:
    """`1234`, `81.2%`, `42 s`, `4:05 min`; a dash for none."""
    if value is None:
        return NONE
    if unit == "ratio":
        return f"{value:.1%}"
    if unit == "seconds":
        seconds = round(value)
        minutes, rest = divmod(seconds, 60)
        return f"{minutes}:{rest:02} min" if minutes else f"{rest} s"
    return f"{value:g}" if value < 1e6 else f"{value:.0f}"


def _lines(
    whole: IntervalTable, group: str | None, labels: Mapping[str, str]
) -> list[Line]:
    """Of each group, most calls first; none without groups or without calls."""
    if group is None:
        return []
    rows = [(str(row[group]), row["values"]) for row in whole.rows if row["amounts"]]
    rows.sort(key=lambda row: (-row[1]["offered"] - row[1]["direct"], row[0]))
    return [Line(labels.get(name, name) or "(none)", values) for name, values in rows]


def _direct(values: Mapping[str, Any]) -> str:
    if not values["direct"]:
        return ""
    return (
        f"Direct calls, without a queue: {values['direct']}, answered"
        f" {values['direct_answered']}, missed {values['missed']}."
    )


def _notes(made: MadeReport) -> list[str]:
    variant = BY_NAME[made.rules.variant]
    more = f"{made.more} more lines are in the file." if made.more else ""
    notes = [
        more,
        made.direct,
        f"Service level ({variant.name}): {variant.formula}"
        f" {counting_rules(made.rules)}",
        f"Times are of {made.zone}. {NONE}: nothing was counted, or it is not shown for"
        " few agents.",
    ]
    return [note for note in notes if note]


def _columns(made: MadeReport) -> list[TableColumn]:
    """The places, then the chosen figures in their order."""
    values = {x.name for x in of_the_past(made.rules)}
    by_name = {column.name: column for column in made.table.columns}
    places = [column for name, column in by_name.items() if name not in values]
    return [*places, *(by_name[name] for name in made.figures)]


def _read_by_people(of: Sequence[TableColumn]) -> list[TableColumn]:
    """Without a name that stands next to its label."""
    names = {each.name for each in of}
    return [each for each in of if f"{each.name}_label" not in names]


def _shown(made: MadeReport) -> list[MetricDefinition]:
    by_name = {each.name: each for each in of_the_past(made.rules)}
    return [by_name[name] for name in SHOWN]


def _units(made: MadeReport) -> dict[str, str]:
    return {each.name: each.unit for each in of_the_past(made.rules)}


def _words(made: MadeReport, values: Values) -> list[str]:
    return [shown(values[each.name], each.unit) for each in _shown(made)]


def _cell(row: Row, column: TableColumn, units: Mapping[str, str]) -> str:
    value = row.get(column.name)
    if isinstance(value, str):
        at = f"{value[:10]} {value[11:16]} {value[19:]}"  # 2026-10-25 02:00 +01:00
        return at if column.kind == "moment" else value
    return shown(value, units[column.name])  # type: ignore[arg-type]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], texts: int = 1) -> str:
    """The first `texts` columns hold text, written in either direction."""
    kinds = [' class="t" dir="auto"' if n < texts else "" for n in range(len(head))]

    def cells(tag: str, row: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{kind}>{_safe(cell)}</{tag}>"
            for kind, cell in zip(kinds, row, strict=True)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    return (
        f"<div><table><thead><tr>{cells('th', head)}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _safe(written: str) -> str:
    return html.escape(written)


def _days(first: date, after: date) -> str:
    last = after - timedelta(days=1)
    if first == last:
        return f"{first:%a} {first}"
    return f"{first} to {last}"
