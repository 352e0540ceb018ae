"""Which country does this cell name?

Reads ISO 3166-1 codes (alpha-2, alpha-3, numeric), calling codes with their `+`, and
names in the country's own languages and the major ones. A text that names no country
is never replaced by another country: the caller reports it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources

import phonenumbers

from screenpop.support.number_plan import TERRITORIES

CACHE_ENTRIES = 4096
TEXT_CHARS_MAX = 100  # a longer text names no country

_NO_COUNTRY = frozenset({"na", "none", "null", "nil", "unknown", "unbekannt", "nan"})
_CODES = {"UK": "GB", "EL": "GR"}  # as the European Union writes them
_SIGNS = {
    "A": "AT", "B": "BE", "D": "DE", "E": "ES", "F": "FR", "H": "HU", "I": "IT",
    "L": "LU", "N": "NO", "P": "PT", "S": "SE", "FL": "LI",
}  # fmt: skip
"""Distinguishing signs of vehicles, as European address books hold them."""
_OTHER_NAMES = """
AE UAE; Emirates
BO Plurinational State of Bolivia; Bolivia, Plurinational State of
BN Brunei Darussalam
CD DR Congo; Congo, Democratic Republic of the; Democratic Republic of the Congo; DRC
CG Republic of the Congo; Congo
CV Cabo Verde
CZ Czech Republic; CSR
DE BRD; Bundesrepublik Deutschland; Federal Republic of Germany
ES Kingdom of Spain; Reino de España
FR République française; Metropolitan France
GB Great Britain; Britain; England; Scotland; Wales; Northern Ireland; Grossbritannien;
GB Großbritannien; England (UK); United Kingdom of Great Britain and Northern Ireland
HK Hongkong
IE Republic of Ireland; Eire
IR Islamic Republic of Iran; Iran, Islamic Republic of
IT Repubblica italiana
KP Korea, Democratic People's Republic of; DPRK
KR Korea, Republic of; Republic of Korea; Korea; South Korea
LA Lao People's Democratic Republic
MD Republic of Moldova; Moldova, Republic of
MK Macedonia; The former Yugoslav Republic of Macedonia
MM Burma
NL The Netherlands; Holland; Hollande; Holanda
PS State of Palestine; Palestine, State of
RU Russian Federation; Russische Föderation; RF
SZ Swaziland
SY Syrian Arab Republic
TL East Timor
TR Turkey; Türkiye; Turkiye
TW Taiwan, Province of China; Republic of China
TZ United Republic of Tanzania; Tanzania, United Republic of
US USA; U.S.A.; U.S.; United States of America; Vereinigte Staaten von Amerika;
US Estados Unidos de América; EUA; EEUU; EE.UU.; Stati Uniti d'America
VA Holy See
VE Bolivarian Republic of Venezuela; Venezuela, Bolivarian Republic of
VN Viet Nam
"""
_PARTS = re.compile(r"[()/,;|\[\]]|\s[-–—]\s|(?<=^[A-Z]{2})-")


@lru_cache(maxsize=CACHE_ENTRIES)
def country_code(text: str | None) -> str | None:
    """ISO 3166-1 alpha-2 of what the text names; None: nothing, or no country known."""
    plain = unicodedata.normalize("NFKC", text or "").strip()[: TEXT_CHARS_MAX + 1]
    if not plain or len(plain) > TEXT_CHARS_MAX:
        return None
    return _by_code(plain) or _names().get(folded(plain)) or _of_parts(plain)


@lru_cache(maxsize=CACHE_ENTRIES)
def names_a_country(text: str | None) -> bool:
    """False where there is nothing but a blank, a dash, or a word for nothing."""
    word = folded(text or "")
    return bool(word) and word not in _NO_COUNTRY


def country_beside(
    text: str | None, otherwise: str | None
) -> tuple[str | None, str | None]:
    """The country to read a row's numbers with, and what of its text is unknown.

    `otherwise` (the source's or the house's country) stands in for an empty cell only:
    the number of a country that we cannot read is not a national one.
    """
    if not names_a_country(text):
        return otherwise, None
    code = country_code(text)
    return code, None if code else text


def folded(text: str) -> str:
    """Letters and digits without case, accents and marks, to compare names by."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(char for char in plain if not "\u0300" <= char <= "\u036f")
    return "".join(
        char
        for char in unicodedata.normalize("NFKC", bare)
        if char.isalnum() or unicodedata.category(char)[0] == "M"
    )


def _by_code(plain: str) -> str | None:
    code = plain.upper().strip(" .")
    if code in TERRITORIES:
        return code
    if code[:1] == "+" and code[1:].isascii() and code[1:].isdigit():
        region = phonenumbers.region_code_for_country_code(int(code[1:5]))
        return str(region) if region in TERRITORIES else None
    return _CODES.get(code) or _iso().get(code) or _SIGNS.get(code)


def _of_parts(plain: str) -> str | None:
    """`DE - Germany`, `Wien (Austria)`: the parts that name a country must agree."""
    parts = [part.strip() for part in _PARTS.split(plain)]
    if len(parts) < 2:
        return None
    found = {_by_code(part) or _names().get(folded(part)) for part in parts if part}
    found.discard(None)
    return found.pop() if len(found) == 1 else None


@cache
def _table() -> tuple[tuple[str, ...], ...]:
    file = resources.files("screenpop.support") / "country_names.tsv"
    lines = file.read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line[:1] != "#")


@cache
def _iso() -> dict[str, str]:
    """Alpha-3 and numeric codes."""
    return {code: row[0] for row in _table() for code in row[1:3] if code}


@cache
def _names() -> dict[str, str]:
    """Folded names; German umlauts also as `ae`, `oe`, `ue`."""
    found: dict[str, str] = {}
    for row in _table():
        for name in row[3:]:
            found.setdefault(folded(name), row[0])
            found.setdefault(folded(_written_out(name)), row[0])
    for line in _OTHER_NAMES.strip().splitlines():
        for name in line[3:].split(";"):
            found[folded(name)] = line[:2]
            found.setdefault(folded(_written_out(name)), line[:2])
    found |= {folded(name): code for code, name in TERRITORIES.items()}
    found.pop("", None)
    return found


def _written_out(name: str) -> str:
    plain = name.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        plain = plain.replace(umlaut, letters)
    return plain
