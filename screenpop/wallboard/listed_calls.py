"""What does another system's list of calls say, row by row?

CSV with comma, semicolon or tab, with or without a byte order mark. Columns are found
by the words of their header, English or German, or named outright. Times are ISO 8601
or day first. A function of bytes alone; no number of a caller is in an error.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from screenpop.domain.errors import BadInput

LIST_BYTES_MAX = 8 * 1024 * 1024
LIST_ROWS_MAX = 20_000
LIST_COLUMNS_MAX = 200
SHOWN_CHARS = 60
SECONDS_MAX = 7 * 24 * 3600.0

WORDS: Mapping[str, tuple[str, ...]] = {
    "id": (
        "callid", "id", "uniqueid", "conversationid", "interactionid", "contactid",
        "callreference", "reference", "anrufid", "gesprächsid", "rufid", "vorgangsid",
    ),
    "start": (
        "start", "starttime", "startedat", "callstart", "callstarttime", "begin",
        "datetime", "timestamp", "calldate", "arrived", "arrivedat", "arrivaltime",
        "date", "startdate", "beginn", "anrufbeginn", "startzeit", "zeitpunkt",
        "zeitstempel", "datumuhrzeit", "eingang", "datum",
    ),
    "time": ("time", "timeofday", "uhrzeit", "zeit"),
    "caller": (
        "caller", "callernumber", "callerid", "ani", "from", "callingnumber",
        "phonenumber", "customernumber", "src", "anrufer", "anrufernummer", "rufnummer",
        "telefonnummer", "absender", "vonnummer", "von",
    ),
    "queue": (
        "queue", "queuename", "skill", "group", "huntgroup", "warteschlange", "gruppe",
        "schlange", "queues",
    ),
    "answered": (
        "answered", "isanswered", "status", "callstatus", "outcome", "result",
        "disposition", "angenommen", "beantwortet", "ergebnis",
    ),
    "answered_at": (
        "answeredat", "answertime", "answeredtime", "connectedat", "annahmezeit",
        "angenommenum", "annahme",
    ),
    "wait_s": (
        "wait", "waits", "waitseconds", "waittime", "waitingtime", "queuetime",
        "holdtime", "wartezeit", "wartezeits", "wartezeitsekunden", "wartedauer",
    ),
    "talk_s": (
        "talk", "talks", "talkseconds", "talktime", "billsec", "gesprächszeit",
        "gesprächsdauer", "sprechzeit", "gesprächszeits",
    ),
}  # fmt: skip
"""Headers of each column, the likeliest first: lower case, letters and digits only."""

_ANSWERED = (
    "yes", "y", "true", "1", "answered", "handled", "connected", "completed", "ja",
    "j", "wahr", "angenommen", "beantwortet", "verbunden",
)  # fmt: skip
_SHORT = ("shortabandon", "shortabandoned", "short", "kurzabbruch", "kurzaufleger")
_NOT_ANSWERED = (
    "no", "n", "false", "0", "abandoned", "missed", "lost", "unanswered", "noanswer",
    "notanswered", "nein", "falsch", "verloren", "abgebrochen", "aufgelegt",
    "nichtangenommen", "verpasst", "entgangen", "unbeantwortet",
)  # fmt: skip
_STATUS: Mapping[str, str] = {
    **dict.fromkeys(_ANSWERED, "answered"),
    **dict.fromkeys(_NOT_ANSWERED, "abandoned"),
    **dict.fromkeys(_SHORT, "short abandon"),
}
_NO_TIME = ("", "-", "0", "null", "none", "n/a")
_DAY_FIRST = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})"
    r",?[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?"
)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?")
_DURATION = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedCall:
    """One row; None is what the list has no column for.

    `start` has a zone only if the row names one. `caller` is empty where the row
    has no number.
    """

    line: int
    start: datetime
    call_id: str | None = None
    caller: str | None = None
    queue: str | None = None
    status: str | None = None  # answered, abandoned, short abandon
    wait_s: float | None = None

    def start_us(self, zone: tzinfo) -> int:
        """In that zone, unless the row names its own; whole seconds."""
        return _start_us(self.start, self.start.fold, zone)


def listed_calls(
    content: bytes, file: str, columns: Mapping[str, str] | None = None
) -> list[ListedCall]:
    """All rows. `columns` names headers outright, e.g. `{"start": "Beginn"}`.

    Raises `BadInput` with file, line, column, cause and remedy.
    """
    if len(content) > LIST_BYTES_MAX:
        raise BadInput(
            f"{file}: has {len(content)} bytes, at most {LIST_BYTES_MAX} are read.",
            remedy="Export a shorter range or fewer columns.",
        )
    try:
        return list(_rows(_decoded(content, file), file, columns or {}))
    except csv.Error as error:
        raise BadInput(f"{file}: {error}.", remedy="Export the list again.") from error


def _decoded(content: bytes, file: str) -> str:
    """UTF-8, else as a spreadsheet under Windows writes CSV."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise BadInput(
        f"{file}: is not text in UTF-8 or Windows-1252.",
        remedy="Save it as CSV in UTF-8.",
    )


def _rows(text: str, file: str, named: Mapping[str, str]) -> Iterator[ListedCall]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header = [name.strip() for name in next(reader, [])]
    table = _ListTable(file, header, named)
    count = 0
    for row in reader:
        if not any(cell.strip() for cell in row):
            continue
        count += 1
        if count > LIST_ROWS_MAX:
            raise BadInput(
                f"{file}:{reader.line_num}: more than {LIST_ROWS_MAX} rows.",
                remedy="Export a shorter range or one queue.",
            )
        yield table.call(reader.line_num, row)


class _ListTable:
    """Where the columns are, and what the cells of a row mean."""

    def __init__(self, file: str, header: Sequence[str], named: Mapping[str, str]):
        self._file, self._header = file, header
        if len(header) > LIST_COLUMNS_MAX:
            raise BadInput(
                f"{file}:1: has {len(header)} columns, at most {LIST_COLUMNS_MAX}"
                " are read.",
                remedy="Export fewer columns.",
            )
        self._at = {**self._found(), **self._named(named)}
        if "start" not in self._at:
            raise self._missing("the start of a call", "start=Beginn")
        if not {"id", "caller"} & self._at.keys():
            raise self._missing("the id of a call or the caller's number", "caller=Von")

    def call(self, line: int, row: Sequence[str]) -> ListedCall:
        cells = {
            name: row[place].strip() if place < len(row) else ""
            for name, place in self._at.items()
        }
        if len(row) <= self._at["start"]:
            raise BadInput(
                f"{self._file}:{line}: has {len(row)} columns, the header has"
                f" {len(self._header)}.",
                remedy="Complete the row or delete it.",
            )
        return ListedCall(
            line=line,
            start=self._start(line, cells),
            call_id=cells.get("id") or None,
            caller=cells.get("caller"),
            queue=cells.get("queue") or None,
            status=self._status(line, cells),
            wait_s=self._seconds(line, "wait_s", cells),
        )

    def _found(self) -> dict[str, int]:
        """By header: the likeliest word of each column that is there."""
        places: dict[str, int] = {}
        for place, name in enumerate(self._header):
            places.setdefault(_plain(name), place)
        return {
            column: next(places[word] for word in words if word in places)
            for column, words in WORDS.items()
            if not places.keys().isdisjoint(words)
        }

    def _named(self, named: Mapping[str, str]) -> dict[str, int]:
        for column, name in named.items():
            if column not in WORDS:
                raise BadInput(
                    f"columns: {column[:SHOWN_CHARS]!r} is not a known column.",
                    remedy=f"Use {', '.join(WORDS)}.",
                )
            if name not in self._header:
                raise BadInput(
                    f"{self._file}:1: there is no column {name[:SHOWN_CHARS]!r},"
                    f" found: {self._names()}.",
                    remedy="Write the header as it stands in the file.",
                )
        return {column: self._header.index(name) for column, name in named.items()}

    def _missing(self, what: str, example: str) -> BadInput:
        return BadInput(
            f"{self._file}:1: there is no column for {what}, found: {self._names()}.",
            remedy=f"Name it with --columns, e.g. {example}.",
        )

    def _names(self) -> str:
        shown = [name[:SHOWN_CHARS] for name in self._header if name][:20]
        return ", ".join(shown) or "none"

    def _wrong(
        self, line: int, column: str, cell: str, cause: str, remedy: str
    ) -> BadInput:
        name = self._header[self._at[column]][:SHOWN_CHARS]
        return BadInput(
            f"{self._file}:{line}: column {name}: {cell[:SHOWN_CHARS]!r} {cause}.",
            remedy=remedy,
        )

    def _start(self, line: int, cells: Mapping[str, str]) -> datetime:
        written, clock = cells["start"], cells.get("time", "")
        if clock and ":" not in written:
            written = f"{written} {clock}"
        at = _moment(written)
        if at is None:
            raise self._wrong(
                line, "start", written, "is not a date and time",
                "Write 2026-11-02 09:30:00 or 02.11.2026 09:30:00 (day first).",
            )  # fmt: skip
        return at

    def _status(self, line: int, cells: Mapping[str, str]) -> str | None:
        written = cells.get("answered", "")
        if written:
            status = _STATUS.get(_plain(written))
            if status is None and _is_time(written):
                status = "answered"
            if status is None:
                raise self._wrong(
                    line, "answered", written, "does not say if it was answered",
                    "Use yes or no, or name another column: --columns answered=…",
                )  # fmt: skip
            return status
        if "answered_at" not in cells:
            talk_s = self._seconds(line, "talk_s", cells)
            return None if talk_s is None else "answered" if talk_s else "abandoned"
        written = cells["answered_at"]
        if written.lower() in _NO_TIME:
            return "abandoned"
        if not _is_time(written):
            raise self._wrong(
                line, "answered_at", written, "is not a time",
                "Leave it empty for a call that was not answered.",
            )  # fmt: skip
        return "answered"

    def _seconds(
        self, line: int, column: str, cells: Mapping[str, str]
    ) -> float | None:
        written = cells.get(column, "")
        if not written:
            return None
        found = _duration(written)
        if found is None or not 0 <= found <= SECONDS_MAX:
            raise self._wrong(
                line, column, written, "is not a duration",
                "Write seconds, e.g. 75, or 1:15.",
            )  # fmt: skip
        return found


@lru_cache(maxsize=2 * LIST_ROWS_MAX)
def _start_us(start: datetime, fold: int, zone: tzinfo) -> int:
    """`fold` is that of the start: equal times have one of their own."""
    start = start.replace(fold=fold)
    at = start if start.tzinfo else start.replace(tzinfo=zone)
    return int(at.astimezone(UTC).timestamp()) * 1_000_000


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _moment(text: str) -> datetime | None:
    try:
        if (found := _DAY_FIRST.fullmatch(text)) is not None:
            parts = (int(part or 0) for part in found.groups())
            day, month, year, hour, minute, second = parts
            year += 2000 if year < 100 else 0
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
        if len(text) <= len("2026-11-02"):
            return None
        at = datetime.fromisoformat(text)
        at.timestamp()  # a year that no clock has
        return at
    except (ValueError, OverflowError):
        return None


def _is_time(text: str) -> bool:
    return _CLOCK.fullmatch(text) is not None or _moment(text) is not None


def _duration(text: str) -> float | None:
    """Seconds, minutes and seconds, or hours, minutes and seconds."""
    if (found := _DURATION.fullmatch(text)) is not None:
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return float(hours * 3600 + minutes * 60 + seconds)
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
