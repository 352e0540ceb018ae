"""Does this text say that there is no number to show?

Words and keypad spellings that networks and telephone systems send in place of a
number that its owner withheld, or that the network does not know.
"""

from __future__ import annotations

import re

from screenpop.domain.phone import Presentation


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
