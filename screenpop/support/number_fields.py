"""Which numbers does this field of somebody's records hold?

One reader for the number index, lookups by number, files and plugins. A field is what
people and exports put there: one number or several, with labels, names and remarks
around them, extensions, ranges (`030 12345-10/11`), floats, URIs. What cannot be read
comes back with a reason, so that it can be reported instead of being lost.

The work is bounded: `FIELD_CHARS_MAX` characters are read, `NUMBERS_MAX` numbers kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from screenpop.domain.phone import E164
from screenpop.support.number_plan import (
    GAP_DIGITS_MIN,
    JOINING,
    SIDE_DIGITS_MIN,
    area_joins,
    e164,
    in_plan,
    meant,
    with_areas_joined,
)
from screenpop.support.number_text import (
    EXTENSION,
    PLAIN,
    TEXT_CHARS_MAX,
    TOO_LONG,
    Apart,
    apart,
    folded,
    not_shown,
    unquoted,
    words,
)

FIELD_CHARS_MAX = 1000
NUMBERS_MAX = 20
RANGE_DIGITS_MAX = 4
SHORTEST_DIGITS = 6

NO_DIGITS = "holds no number"
TOO_SHORT = "is too short for a number"
NOT_POSSIBLE = "is not a number of any country's length"
NO_COUNTRY = "is a national number of an unknown country"
FIELD_TOO_LONG = f"is longer than {FIELD_CHARS_MAX} characters"
TOO_MANY = f"holds more than {NUMBERS_MAX} numbers"

LABELS = words(
    """work, home, mobile, main, fax, other, custom, pager, iphone, private, business,
    office, cell, phone, tel, telephone, direct, mobil, telefon, privat, arbeit, handy,
    zentrale, geschäftlich, sonstige, bureau, domicile, portable, travail, casa, lavoro,
    cellulare, trabajo, móvil, googlevoice, whatsapp, primary, assistant, company, car,
    isdn, radio, telex"""
)
"""Kinds of number: exports write them next to the numbers, they are no numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNumber:
    """One number of a field, and what it may be.

    `e164` is sure; each of `possible` is a guess, never to be shown as sure. `digits`
    are those written, for a search by the last ones where the plan (`in_plan`) has no
    such number. `is_head`: it ends in `-0`, extensions follow in its place.
    """

    digits: str
    e164: E164 | None = None
    possible: tuple[E164, ...] = ()
    extension: str | None = None
    in_plan: bool = False
    is_head: bool = False
    reason: str | None = None  # why there is no `e164`


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReading:
    """All that a field holds. `odd` says what of it could not be read, and why."""

    numbers: tuple[FieldNumber, ...] = ()
    odd: str | None = None

    @property
    def sure(self) -> tuple[E164, ...]:
        return tuple(dict.fromkeys(n.e164 for n in self.numbers if n.e164 is not None))


def read_field(text: str, *, country: str | None) -> FieldReading:
    """Read a field as people of `country` (alpha-2; None: unknown) write numbers."""
    if PLAIN.match(text) is not None:
        number = _number(text, country)  # mostly: one number and nothing else
        if number.e164 is not None:
            return FieldReading(numbers=(number,))
    too_long = len(text) > FIELD_CHARS_MAX
    plain = _lines(text[:FIELD_CHARS_MAX])
    bare = unquoted(plain)
    if not bare or not_shown(plain) is not None or _is_nothing(bare):
        return FieldReading()
    numbers: list[FieldNumber] = []
    for written in _written(bare, country):
        if len(numbers) == NUMBERS_MAX:
            return FieldReading(numbers=tuple(numbers), odd=TOO_MANY)
        numbers.extend(written)
    numbers = numbers[:NUMBERS_MAX]
    odd = FIELD_TOO_LONG if too_long else _odd(numbers)
    return FieldReading(numbers=tuple(numbers), odd=odd)


def _odd(numbers: Sequence[FieldNumber]) -> str | None:
    """Why something of the field is lost; short numbers next to a whole one are not."""
    found = any(number.e164 for number in numbers)
    reasons = [
        number.reason
        for number in numbers
        if number.reason is not None
        and not (found and len(number.digits) < SHORTEST_DIGITS)
    ]
    if not numbers:
        return NO_DIGITS
    return reasons[0] if reasons else None


# -- a field's parts -----------------------------------------------------------------

_LINE_ENDS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_ANY_URI = re.compile(r"(?:\b(?:tel|sips?|callto):|phone-context=)", re.IGNORECASE)
_URI = re.compile(r"\b(?:tel|sips?|callto):[^\s<>\"']+", re.IGNORECASE)
_OF_URI = re.compile(rf"[=@]|^(?:\D*\d){{0,{SHORTEST_DIGITS - 1}}}\D*$")
"""Parameters of a URI, or too few digits for another number."""
_BETWEEN_URIS = re.compile(
    r"\s*(?::::|\n|\|)\s*|[,;\s]\s*(?=(?:<|\"[^\"<>]{0,60}\"\s*<)?(?:tel|sips?|callto):)",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"\s*(:::|\n|\\[nr]|[/;,|&]|(?<!\w)(?:or|oder|ou|and|und|et|bzw\.?|resp\.?|sowie|y|e|o|of|en|"
    r"eller|och|og|lub|oraz|nebo|vagy|veya|ve|или|и|または)(?!\w))\s*",
    re.IGNORECASE,
)
_NEXT_PLUS = re.compile(r"(?<=[\d)])\s+(?=\+)|(?<=\d)(?=\+\d)")
_SIMPLE = re.compile(r"\+?[\d\s().]{6,40}\Z")
_FLOATING = re.compile(
    r"\d+(?:[.,]\d+)?[eE][+\-]?\d+\Z|\d+[.,]0+\Z|\d{1,3}(?:[,'’]\d{3}){2,}(?:\.0+)?\Z"
)
_AREA = re.compile(r"(?:^[^\w+]*|[+0(])[\d\s().\-\[\]]*\Z")
_PREFIXED = re.compile(r"[^\w+]*0[1-9]")
_RANGE = re.compile(rf"(.*\d[\s)]*-\s*)(\d{{1,{RANGE_DIGITS_MAX}}})\s*$", re.DOTALL)
_RANGE_NEXT = re.compile(rf"\s*-?\s*(\d{{1,{RANGE_DIGITS_MAX}}})\s*$")
_EXTENSION_FIRST = re.compile(
    r"[\s.\-(]*(?:ext|extn|extension|dw|app|durchwahl|x|#)\b", re.I
)


@dataclass(slots=True)
class _Part:
    """A number's text, and what follows it behind a separator and is too short."""

    text: str
    tails: list[tuple[str, str]]


def _written(text: str, country: str | None) -> Iterator[list[FieldNumber]]:
    if _ANY_URI.search(text) is not None:
        for piece in _BETWEEN_URIS.split(text):
            if any(char.isdigit() for char in piece):
                yield from _of_uri(piece, country)
        return
    if _SIMPLE.match(text) is not None or _FLOATING.match(text) is not None:
        number = _number(text, country)
        if number.e164 is not None or _FLOATING.match(text) is not None:
            yield [number]
            return
    yield from _of_parts(text, country)


def _of_uri(text: str, country: str | None) -> Iterator[list[FieldNumber]]:
    """`tel:+44-121-234-5678 (Fr. Hahn)`: what is not of the URI is read by itself."""
    number, uri = _number(text, country), _URI.search(text)
    if uri is None and number.e164 is None and not _OF_URI.search(text):
        yield from _of_parts(text, country)
        return
    own = None if uri is None else _number(uri[0].rstrip(";,"), country)
    if uri is None or own is None or own.e164 is None:
        yield [number]
        return
    rest = f"{text[: uri.start()]} {text[uri.end() :]}"
    if _OF_URI.search(rest):
        yield [number if number.e164 is not None else own]
        return
    yield [own]
    yield from _of_parts(rest, country)


def _of_parts(text: str, country: str | None) -> Iterator[list[FieldNumber]]:
    for part in _parts(with_areas_joined(text, country), country):
        yield from _of_part(part, country)


def _parts(text: str, country: str | None) -> list[_Part]:
    parts: list[_Part] = []
    pieces = _BETWEEN.split(text)
    separators = ["\n", *pieces[1::2]]
    for separator, piece in zip(separators, pieces[::2], strict=True):
        for at, one in enumerate(_NEXT_PLUS.split(piece)):
            _add(parts, separator if at == 0 else "\n", one, country)
    return parts


def _add(parts: list[_Part], separator: str, piece: str, country: str | None) -> None:
    digits = _digits(piece)
    last = parts[-1] if parts else None
    if last is None or last.tails or digits == 0:
        if digits:
            _begin(parts, last, separator, piece)
        return
    before = _digits(last.text)
    if _EXTENSION_FIRST.match(piece):
        last.text = f"{last.text} {piece}"
    elif before < SIDE_DIGITS_MIN and separator in JOINING and _begin_one(last, piece):
        last.text = f"{last.text}/{piece}"
    elif digits < SIDE_DIGITS_MIN and before >= SIDE_DIGITS_MIN:
        last.tails.append((separator, piece))
    elif (
        separator == "/"
        and before == SIDE_DIGITS_MIN
        and area_joins(last.text, piece, country)
    ):
        last.text = f"{last.text}/{piece}"
    else:
        parts.append(_Part(piece, []))


def _begin(parts: list[_Part], last: _Part | None, separator: str, piece: str) -> None:
    if last is not None and last.tails and _digits(piece) < SIDE_DIGITS_MIN:
        last.tails.append((separator, piece))
    else:
        parts.append(_Part(piece, []))


def _begin_one(first: _Part, second: str) -> bool:
    """`030`, `Büro (030)`, `22` begin a number; not so `House 12`, or `12, 0171 …`."""
    if _AREA.search(first.text) is None:
        return False
    return "+" not in second and ("0" in first.text or not _PREFIXED.match(second))


def _of_part(part: _Part, country: str | None) -> Iterator[list[FieldNumber]]:
    found = _range(part)
    if found is not None:
        for text in found:
            yield [_number(text, country)]
        return
    numbers = list(_numbers_in(part.text, country))
    if len(numbers) == 1 and part.tails:
        numbers = [_with_tails(numbers[0], part, country)]
    if numbers:
        yield numbers


def _range(part: _Part) -> list[str] | None:
    """DIN 5008: `030 12345-10/11` are 030 1234510 and 030 1234511."""
    begin = _RANGE.match(part.text)
    if begin is None or not part.tails:
        return None
    ends = [begin[2]]
    for separator, tail in part.tails:
        following = _RANGE_NEXT.match(tail)
        if separator not in ("/", ",", "&") or following is None:
            return None
        if len(following[1]) != len(begin[2]):
            return None
        ends.append(following[1])
    return [f"{begin[1]}{end}" for end in ends[:NUMBERS_MAX]]


def _with_tails(number: FieldNumber, part: _Part, country: str | None) -> FieldNumber:
    """`0711/28 42 222/12`: an extension, or another last part; either is a guess."""
    more: list[E164] = []
    for separator, tail in part.tails[:NUMBERS_MAX]:
        end = "".join(char for char in tail if char.isdigit())
        if separator in (",", ";") or number.e164 is None or not end:
            continue
        if separator == "/":
            more.extend(_sure(f"{part.text}/{end}", country))
        swapped = f"{number.e164[: -len(end)]}{end}"
        more.extend(_sure(swapped, None))
    kept = tuple(dict.fromkeys(x for x in more if x != number.e164))
    return replace(number, possible=number.possible + kept)


# -- one part ------------------------------------------------------------------------

_RUN = re.compile(r"\+?+[(\[]?+\+?+\d[\d\s().\-/\[\]·•–—‐‑‒−⁄~_]*+")
_REMARK = re.compile(r"[(\[][^()\[\]\d]*[)\]]")
_DATE = re.compile(
    r"(?:\d{1,2}[./\-]\d{1,2}[./\-](?:19|20)\d\d|(?:19|20)\d\d-\d\d-\d\d)\Z"
)
_HEAD = re.compile(r"-\s*0\s*$")


def _numbers_in(text: str, country: str | None) -> Iterator[FieldNumber]:
    """The numbers of one part: mostly one, with words before and behind it."""
    number = _number(text, country)
    if number.e164 is not None or number.possible:
        yield number
        return
    if not any(char.isalpha() for char in text):
        yield from _two_by_a_gap(text, number, country)
        return
    found = False
    for run in _runs(_REMARK.sub(" ", text)):
        one = _number(run, country)
        if one.e164 or one.possible or one.reason not in (None, TOO_SHORT):
            found = True
            yield one
    if not found:
        yield number


def _runs(text: str) -> Iterator[str]:
    """What is written like a number and does not belong to a word, with extensions."""
    runs = [
        run
        for run in _RUN.finditer(text)
        if not _touches_a_word(text, run) and not _DATE.match(run[0].strip(" ()[]"))
    ]
    for at, run in enumerate(runs):
        end = runs[at + 1].end() if at + 1 < len(runs) else len(text)
        behind = EXTENSION.search(text[run.start() : end])
        if behind is not None and _digits(run[0]) >= SIDE_DIGITS_MIN:
            yield text[run.start() : end]
        else:
            yield run[0]


def _touches_a_word(text: str, run: re.Match[str]) -> bool:
    before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
    if before and (before.isalnum() or before in "@=_%$€£"):
        return True
    inside = run[0][-1:]
    return after in ("@", "%", "€", "$") or (after.isalpha() and inside.isdigit())


def _two_by_a_gap(
    text: str, number: FieldNumber, country: str | None
) -> Iterator[FieldNumber]:
    """`020 7946 0958 07700 900123`: two numbers where one cannot be."""
    pairs = [
        [_number(text[: gap.start()], country), _number(text[gap.end() :], country)]
        for gap in re.finditer(r"\s+(?=[0(+])", text)
        if number.reason == NOT_POSSIBLE
        and _digits(text[: gap.start()]) >= GAP_DIGITS_MIN
        and _digits(text[gap.end() :]) >= GAP_DIGITS_MIN
    ]
    readable = [pair for pair in pairs if all(one.e164 for one in pair)]
    readable.sort(key=lambda pair: not all(one.in_plan for one in pair))
    yield from readable[0] if readable else [number]


def _number(text: str, country: str | None) -> FieldNumber:
    parts = apart(text)
    if not isinstance(parts, Apart):
        digits = "".join(char for char in parts.raw if char.isdigit())
        return FieldNumber(digits=digits, reason=parts.reason)
    return _read(parts, text, country)


def _sure(text: str, country: str | None) -> Iterator[E164]:
    number = _number(text, country).e164
    if number is not None:
        yield number


def _read(parts: Apart, text: str, country: str | None) -> FieldNumber:
    number, possible = meant(parts, country)
    guess = () if possible is None else (E164(e164(possible)),)
    if number is None:
        reason = None if guess else _why_not(parts, country)
        return FieldNumber(
            digits=parts.digits,
            possible=guess,
            reason=reason,
            is_head=bool(_HEAD.search(text)),
        )
    return FieldNumber(
        digits=parts.digits,
        e164=E164(e164(number)),
        possible=guess,
        extension=parts.extension,
        in_plan=in_plan(number),
        is_head=bool(_HEAD.search(text)),
    )


def _why_not(parts: Apart, country: str | None) -> str:
    if len(parts.digits) < SHORTEST_DIGITS:
        return TOO_SHORT
    if len(parts.digits) > TEXT_CHARS_MAX:
        return TOO_LONG
    if country is None and not parts.written.startswith("+"):
        return NO_COUNTRY
    return NOT_POSSIBLE


def _lines(text: str) -> str:
    """Folded line by line, so that the ends of lines still part numbers."""
    if text.isascii() and text.isprintable():
        return text.strip()
    lines = (folded(line) for line in _LINE_ENDS.split(text))
    return "\n".join(line for line in lines if line)


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _is_nothing(text: str) -> bool:
    """A kind of number, as exports write it next to numbers, or a zero."""
    word = "".join(char for char in text.casefold() if char.isalnum())
    return word in LABELS or not word.strip("0")
