"""Which part of this text is a number, and what else does the text say about it?

`apart` takes one number's text: quotes and formulas of spreadsheets, floats, labels,
extensions, `tel:` and `sip:` URIs with their parameters. No numbering plan is asked
here. All work is linear in a text of at most `TEXT_CHARS_MAX * 4` characters.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from urllib.parse import unquote

from screenpop.domain.phone import Presentation

# -- Does this text say that there is no number to show?
# Words and keypad spellings that networks and telephone systems send in place of a
# number that its owner withheld, or that the network does not know.


def words(text: str) -> frozenset[str]:
    """The words and phrases of a list with commas."""
    listed = (word.strip() for word in text.replace("\n", ",").split(","))
    return frozenset(word for word in listed if word)


WITHHELD_WORDS = words(
    """anonymous, anonymous caller, anonymous call, restricted, restricted number,
    restricted caller, private, private number, private caller, private caller id,
    private call, private name, withheld, number withheld, withheld number,
    id withheld, caller withheld, caller id withheld, cli withheld,
    withheld by user, user withheld, blocked, caller id blocked, blocked caller,
    blocked number, id blocked, no caller id, no callerid, nocallerid, hidden,
    hidden number, hidden caller, suppressed, number suppressed, clir,
    presentation restricted, presentation prohibited, prohibited, not presented,
    id restricted, callerid restricted, secret, secret number, privat,
    private nummer, privatnummer, anonym, anonymer anrufer, unterdrückt,
    unterdrueckt, nummer unterdrückt, rufnummer unterdrückt,
    rufnummer unterdrueckt, unterdrückte nummer, unterdrückte rufnummer,
    nummer unterdrueckt, anonyme, appel anonyme, appelant anonyme, privé,
    numéro privé, appel privé, masqué, numéro masqué, appel masqué, oculto,
    número oculto, numero oculto, privado, número privado, numero privado,
    llamada oculta, llamada privada, anónimo, anonimo, anônimo, número restrito,
    privato, numero privato, nascosto, numero nascosto, chiamata anonima, anoniem,
    anoniem nummer, prive, privénummer, verborgen nummer, afgeschermd,
    afgeschermd nummer, skjult, skjult nummer, hemligt, hemligt nummer,
    dolt nummer, dold, hemmelig, hemmelig nummer, salainen, salainen numero,
    yksityinen, zastrzeżony, numer zastrzeżony, prywatny, numer prywatny, ukryty,
    skryté číslo, skrytý, skryté, rejtett, rejtett szám, titkos, ascuns,
    număr ascuns, număr privat, skriven broj, skriveni broj, gizli, gizli numara,
    özel numara, απόκρυψη, απόρρητο, скрыт, скрытый, скрытый номер, номер скрыт,
    аноним, анонимный, прихований номер, 非通知, 非通知設定, 匿名, 隐藏号码,
    私人号码, 發信人匿名, 발신자표시제한, 발신번호표시제한, رقم خاص, محجوب, חסוי,
    מספר חסוי"""
)
UNKNOWN_WORDS = words(
    """unknown, unknown caller, unknown number, unknown name, unavailable,
    number unavailable, id unavailable, caller id unavailable, not available,
    name unavailable, out of area, no number, no cli, no callerid available,
    asserted, null, none, nil, undefined, nan, n/a, na, not known, not provided,
    not set, empty, payphone, coinphone, coin line, coinline payphone,
    interaction with other service, unbekannt, unbekannter anrufer,
    unbekannte nummer, keine, keine rufnummer, keine nummer, nicht verfügbar,
    nicht vorhanden, k.a., ka, inconnu, numéro inconnu, appelant inconnu, indisponible,
    aucun, desconocido, número desconocido, sin número, no disponible, ninguno,
    desconhecido, indisponível, sconosciuto, numero sconosciuto, non disponibile,
    nessuno, onbekend, onbekend nummer, niet beschikbaar, geen, okänt,
    okänt nummer, okänd, ukjent, ukjent nummer, ukendt, ukendt nummer, tuntematon,
    tuntematon numero, nieznany, nieznany numer, brak, neznámé, neznámé číslo,
    neznámý, ismeretlen, ismeretlen szám, necunoscut, nepoznat, nepoznati broj,
    bilinmeyen, bilinmeyen numara, άγνωστος, άγνωστο, неизвестно, неизвестный,
    неизвестный номер, невідомий, 未知, 未知号码, 無法顯示, 表示圏外, 通知不可能,
    公衆電話, 알수없음, 알 수 없음, غير معروف, مجهول, לא ידוע, לא זמין"""
)
# Words spelled on a keypad, as carriers send them. Exact text only: with another
# prefix the same digits can be somebody's number.
WITHHELD_DIGITS = frozenset({"+266696687", "+7378742833", "+2562533"})
UNKNOWN_DIGITS = frozenset({"+86282452253", "+8656696"})

_OF_BOTH = words(
    """no, not, the, by, is, was, user, caller, call, callers, calling, callerid,
    id, cli, clid, number, num, name, phone, nummer, rufnummer, telefonnummer,
    anrufer, anruf, nicht, numéro, numero, número, appel, appelant,
    correspondant, llamada, llamante, chiamata, chiamante, chamada, nummeret,
    numer, číslo, szám, broj, numara, номер, abonent, abonnent, teilnehmer,
    oproep, beller, samtal, opkald"""
)
"""Words that stand around those that decide: `Caller ID withheld by user`."""

WORDS_CHARS_MAX = 60  # longer text is none of these words
_ZEROS = re.compile(r"^\+?0+$")
_BETWEEN = re.compile(r"[\s_\-]+")
_AROUND = "\"'`´’‘“”„<>[](){}*#.,:;!?-–—_=~|/\\ \t\r\n"


def not_shown(text: str) -> Presentation | None:
    """None where the text is, or may hold, a number.

    Case, quotes and marks around the word, `_` and `-` within it do not matter:
    `-Blocked-`, `Caller_ID_Blocked`, `<unknown>`.
    """
    if text in WITHHELD_DIGITS:
        return Presentation.WITHHELD
    if text in UNKNOWN_DIGITS:
        return Presentation.UNAVAILABLE
    if len(text) > WORDS_CHARS_MAX:
        return None
    if len(text) > 1 and _ZEROS.match(text):
        return Presentation.UNAVAILABLE
    bare = text.casefold()
    word = _BETWEEN.sub(" ", bare.strip(_AROUND))
    if word in WITHHELD_WORDS:
        return Presentation.WITHHELD
    known = {word, word.replace(".", ""), bare.strip()} & UNKNOWN_WORDS
    if not word or known or word.startswith("asserted"):
        return Presentation.UNAVAILABLE
    return _by_its_words(word)


def _by_its_words(phrase: str) -> Presentation | None:
    """`Caller ID withheld by user`: each word is known, and one of them decides."""
    deciding = set(phrase.replace("/", " ").split()) - _OF_BOTH
    if deciding & WITHHELD_WORDS and deciding <= WITHHELD_WORDS | UNKNOWN_WORDS:
        return Presentation.WITHHELD
    if deciding and deciding <= UNKNOWN_WORDS:
        return Presentation.UNAVAILABLE
    return None


TEXT_CHARS_MAX = 128  # of one number; longer text is cut in what is kept of it
EXTENSION_DIGITS_MAX = 6
SIGNIFICANT_MIN = 9  # fewer digits of a float were rounded for people to look at
LOST_MAX = 3  # zeros at the end that a float's shortest writing leaves out
FLOAT_DIGITS_MAX = 17

NO_NUMBERS = WITHHELD_DIGITS | UNKNOWN_DIGITS
DIGITS_LOST = "digits were lost (scientific notation)"
TOO_LONG = "is too long for a number"
NO_NUMBER = "is not a number"

PLAIN = re.compile(r"\+?[0-9(][0-9 ()\-]{6,30}\Z")
"""A number and nothing else, as most are written."""

_NO_DIGIT = re.compile(r"[^0-9]+")
_ANGLE = re.compile(r"<([^<>]+)>\s*(?:;.*)?$")
_URI = re.compile(r"^(tel|sips?|callto|4)\s*:\s*(?://)?", re.IGNORECASE)
_CONTEXT = re.compile(r";\s*phone-context\s*=\s*([^;>@?\s]*)", re.IGNORECASE)
_EXT_PARAMETER = re.compile(r";\s*ext\s*=\s*([\d\-.()]{1,12})", re.IGNORECASE)
EXTENSION = re.compile(
    r"(?:;\s*ext\s*=|[\s,;.\-(]*\b(?:extension|ext|extn|durchwahl|dw|apparat|app|kl|"
    r"klappe|poste|anknytning|ankn|toestel|interno|int|ramal|anexo|wew|linka|доб)\b"
    r"[\s.:=]*|(?<=[\d)\s])\s*[xX#]\s*)(\d{1,7})#?\s*\)?\s*$",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:tel(?:efon|efono|éfono|ephone|éphone)?|phone|ph|fon|mob(?:ile?)?|handy|cell|"
    r"fax|office|work|home)\s*[.:]*\s*(?=[\d+(\[])",
    re.IGNORECASE,
)
_POST_DIAL = re.compile(r"[,;].*$|(?<=\d)[pPwW][\dpPwW,*#]*$")
_WRITTEN = re.compile(r"^\+*[\d\s().\-/\[\]·•–—‐‑‒−⁄~_]+$")
_QUOTES = "'’‘‛`´\"“”„"
_FLOAT = re.compile(r"([+-]?)(\d{1,17})(?:[.,](\d{1,17}))?(?:[eE]([+-]?\d{1,3}))?\Z")
_THOUSANDS = re.compile(r"\d{1,3}(?:[,'’]\d{3}){2,4}(?:\.0{1,4})?\Z")
_CODE_IN_BRACKETS = re.compile(r"[(\[]\s*(?:\+|00)\s*(\d{1,3})\s*[)\]]")  # (+44) 20 …


class Apart(NamedTuple):
    """A text that is written like a number.

    `context` is what `;phone-context=` says. `certain` is False where zeros at the end
    of a float may be digits that were rounded away.
    """

    raw: str
    written: str
    digits: str
    extension: str | None = None
    context: str | None = None
    certain: bool = True

    @property
    def is_short(self) -> bool:
        """It may be an extension."""
        plus = self.written.startswith("+")
        return not plus and 0 < len(self.digits) <= EXTENSION_DIGITS_MAX


class NotANumber(NamedTuple):
    """What a text is instead: withheld or unavailable, or no number and why."""

    raw: str
    presentation: Presentation = Presentation.ALLOWED
    reason: str | None = None


def apart(text: str) -> Apart | NotANumber:
    """The parts of a text, or all that there is to say of it."""
    if PLAIN.match(text) and text not in NO_NUMBERS:  # mostly
        digits = _NO_DIGIT.sub("", text)
        if digits.strip("0"):
            return Apart(text, text, digits)
    if len(text) > TEXT_CHARS_MAX * 4:
        return NotANumber(text[:TEXT_CHARS_MAX], reason=TOO_LONG)
    plain = folded(text)
    raw = plain[:TEXT_CHARS_MAX]
    if (hidden := not_shown(plain)) is not None:
        return NotANumber("", hidden)
    bare = unquoted(plain)
    if (floating := _floating(bare, raw)) is not None:
        return floating
    subscriber = _subscriber(bare)
    if (hidden := not_shown(subscriber.text)) is not None:
        return NotANumber("", hidden)
    return _written(subscriber, raw)


def folded(text: str) -> str:
    """Compatibility forms folded, digits made ASCII, invisible marks taken out."""
    if text.isascii() and text.isprintable():
        return text.strip()
    plain = unicodedata.normalize("NFKC", text)
    return "".join(_kept(char) for char in plain).strip()


def unquoted(text: str) -> str:
    """Without what makes a spreadsheet take a number as text: `'044…`, `="044…"`."""
    bare = text.lstrip()
    if bare[:1] == "=" and bare[1:].lstrip()[:1] in ("+", *_QUOTES, *"0123456789"):
        bare = bare[1:].lstrip()
    if bare[:1] in _QUOTES and "<" not in bare:  # "Mara" <sip:…> keeps its quotes
        bare = bare.strip(_QUOTES).strip()
    return bare


def _kept(char: str) -> str:
    if char.isascii():
        return char if char.isprintable() else " "
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))
    if category[0] == "Z":
        return " "
    return "" if category[0] == "C" else char


def _floating(bare: str, raw: str) -> Apart | NotANumber | None:
    """A number that an export made a float: `442079460311.0`, `4.42079460314E+11`."""
    if _THOUSANDS.match(bare):
        digits = _only_digits(bare.partition(".")[0])
        return Apart(raw, digits, digits)
    found = _FLOAT.match(bare)
    if found is None:
        return None
    sign, whole, fraction, exponent = found.groups()
    if exponent is None:
        if fraction is None or fraction.strip("0"):
            return None
        return Apart(raw, whole, whole)
    try:
        value = Decimal(f"{sign}{whole}.{fraction or '0'}E{exponent}")
    except InvalidOperation:
        return NotANumber(raw, reason=NO_NUMBER)
    return _whole(value, (whole + (fraction or "")).lstrip("0"), raw)


def _whole(value: Decimal, significant: str, raw: str) -> Apart | NotANumber:
    length = value.adjusted() + 1
    if value <= 0 or length > FLOAT_DIGITS_MAX or value != value.to_integral_value():
        return NotANumber(raw, reason=NO_NUMBER)
    lost = length - len(significant)
    if lost > 0 and (len(significant) < SIGNIFICANT_MIN or lost > LOST_MAX):
        return NotANumber(raw, reason=DIGITS_LOST)
    digits = str(int(value))
    return Apart(raw, digits, digits, certain=lost <= 0)


class _Subscriber(NamedTuple):
    text: str
    extension: str | None = None
    context: str | None = None


def _subscriber(text: str) -> _Subscriber:
    """What stands for the number in a URI, with its parameters; other text as it is."""
    display = ""
    if (angle := _ANGLE.search(text)) is not None:
        display, text = text[: angle.start()], angle[1].strip()
    if display and not_shown(display.strip()) is Presentation.WITHHELD:
        return _Subscriber("anonymous")
    prefix = _URI.match(text)
    rest = text[prefix.end() :] if prefix is not None else text
    if prefix is not None:
        rest = unquote(rest)
    context = _CONTEXT.search(rest)
    extension = _EXT_PARAMETER.search(rest) if context or prefix else None
    if prefix is not None and prefix[1].lower() in ("sip", "sips"):
        user, _, host = rest.rpartition("@")
        if host.casefold().split(";")[0].rstrip(".").endswith("anonymous.invalid"):
            return _Subscriber("anonymous")
        rest = (user or rest).split(":")[0]
    if prefix is not None or context is not None:
        rest = rest.split(";")[0].split("?")[0]
    return _Subscriber(
        rest.strip(),
        _only_digits(extension[1])[:7] or None if extension else None,
        context[1] if context and context[1].startswith("+") else None,
    )


def _written(subscriber: _Subscriber, raw: str) -> Apart | NotANumber:
    text = subscriber.text
    if label := _LABEL.match(text):
        text = text[label.end() :]
    if code := _CODE_IN_BRACKETS.match(text):
        text = f"+{code[1]} {text[code.end() :]}"
    written, extension = _cut_extension(text)
    if not _WRITTEN.match(written):
        return NotANumber(raw, reason=NO_NUMBER)
    digits = _only_digits(written)
    return Apart(
        raw, written, digits, subscriber.extension or extension, subscriber.context
    )


def _cut_extension(text: str) -> tuple[str, str | None]:
    found = EXTENSION.search(text)
    if found is not None and any(char.isdigit() for char in text[: found.start()]):
        return _POST_DIAL.sub("", text[: found.start()]).strip(), found[1]
    return _POST_DIAL.sub("", text).strip(), None


def _only_digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())
