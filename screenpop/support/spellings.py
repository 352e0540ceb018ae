"""Which number do two spellings of one subscriber share?

Some countries dial one subscriber in two ways, some gave their subscribers longer
numbers and old lists keep the shorter ones. `subscriber` maps both to one number of
the same country, so an index filed and asked with it finds either by either.

Each rule names its source. Where a rule says `if_not_in_plan`, the old number must
be one that the country's plan does not have any more (so it is not another
subscriber's), and the new one must be in the plan.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

CACHE_ENTRIES = 20_000


class SpellingRule(NamedTuple):
    """`old` matches a whole national number; `new` is what it became.

    `back` is a pattern of the new numbers and the old spelling of one, where that does
    not follow from `old` and `new`.
    """

    code: str  # the country's calling code
    old: str
    new: str
    if_not_in_plan: bool = True
    back: tuple[str, str] | None = None


RULES = (
    # Argentina: the 9 behind +54 says "mobile" to the network, as 15 behind the area
    # code does inside the country; area code and subscriber are ten digits in any case.
    # ENACOM, Plan Fundamental de Numeración Nacional.
    SpellingRule("54", r"9(\d{10})", r"\1", if_not_in_plan=False),
    # Mexico: the 1 of mobiles, and the trunk prefixes 01, 044, 045, ended on 3 August
    # 2019. Instituto Federal de Telecomunicaciones, dialling plan of 2019.
    SpellingRule("52", r"(?:1|01|044|045)(\d{10})", r"\1", back=(r"(\d{10})", r"1\1")),
    # Brazil: a 9 in front of eight-digit mobiles (6 to 9), 2012 to 2016. Anatel,
    # Resolução 553. Those with 7 are left out while the plan still has them.
    SpellingRule(
        "55",
        r"([1-9]\d)([6-9]\d{7})",
        r"\g<1>9\2",
        back=(r"([1-9]\d)9([6-9]\d{7})", r"\1\2"),
    ),
    # Italy: the 0 of geographic numbers is dialled from abroad, too, since 1998;
    # systems take it for a trunk prefix. AGCOM, Piano di numerazione nazionale.
    SpellingRule("39", r"([1-9]\d{4,10})", r"0\1"),
    # Côte d'Ivoire: from 8 to 10 digits on 31 January 2021; the operator in front.
    # ARTCI, Plan national de numérotation 2021.
    SpellingRule("225", r"([23]\d8\d{5})", r"21\1"),
    SpellingRule("225", r"([23]\d0\d{5})", r"25\1"),
    SpellingRule("225", r"([23]\d[1-79]\d{5})", r"27\1"),
    SpellingRule("225", r"([04-9][0-3]\d{6})", r"01\1"),
    SpellingRule("225", r"([04-9][4-6]\d{6})", r"05\1"),
    SpellingRule("225", r"([04-9][7-9]\d{6})", r"07\1"),
    # Benin: 01 in front of all numbers, 30 November 2024. ARCEP Bénin, Décision
    # 2020-349.
    SpellingRule("229", r"(\d{8})", r"01\1"),
    # Gabon: from 7 to 8 digits, 28 June 2019. ARCEP Gabon. phonenumbers still has the
    # old ones in its plan.
    SpellingRule("241", r"0?([256]\d{6})", r"6\1", False, (r"6([256]\d{6})", r"0\1")),
    SpellingRule("241", r"0?([47]\d{6})", r"7\1", False, (r"7([47]\d{6})", r"0\1")),
    SpellingRule("241", r"0?(1\d{6})", r"1\1", False, (r"1(1\d{6})", r"0\1")),
    # Cameroon: from 8 to 9 digits, 21 November 2014. ART Cameroun.
    SpellingRule("237", r"([5-9]\d{7})", r"6\1"),
    SpellingRule("237", r"([23]\d{7})", r"2\1"),
    # Colombia: 60 in front of the area code of fixed lines, 1 September 2021. CRC.
    SpellingRule("57", r"([1-8]\d{7})", r"60\1"),
    # Vietnam: eleven-digit mobiles became ten digits, 15 September 2018; area codes of
    # the big cities, 2017. Ministry of Information and Communications.
    SpellingRule("84", r"16([2-9]\d{7})", r"3\1"),
    SpellingRule("84", r"120(\d{7})", r"70\1"),
    SpellingRule("84", r"121(\d{7})", r"79\1"),
    SpellingRule("84", r"122(\d{7})", r"77\1"),
    SpellingRule("84", r"126(\d{7})", r"76\1"),
    SpellingRule("84", r"128(\d{7})", r"78\1"),
    SpellingRule("84", r"123(\d{7})", r"83\1"),
    SpellingRule("84", r"124(\d{7})", r"84\1"),
    SpellingRule("84", r"125(\d{7})", r"85\1"),
    SpellingRule("84", r"127(\d{7})", r"81\1"),
    SpellingRule("84", r"129(\d{7})", r"82\1"),
    SpellingRule("84", r"186(\d{7})", r"56\1"),
    SpellingRule("84", r"188(\d{7})", r"58\1"),
    SpellingRule("84", r"199(\d{7})", r"59\1"),
    SpellingRule("84", r"([48]\d{8})", r"2\1"),
    # Chile: a 2 in front of fixed lines' subscriber numbers, 2012 and 2013. SUBTEL.
    SpellingRule("56", r"2(\d{7})", r"22\1"),
    SpellingRule(
        "56",
        r"([3-7]\d)(\d{6})",
        r"\g<1>2\2",
        back=(r"([3-7]\d)2(\d{6})", r"\1\2"),
    ),
    # Ecuador: a 9 in front of mobiles, 30 September 2012. CONATEL.
    SpellingRule("593", r"([89]\d{7})", r"9\1"),
    # Mauritius: a 5 in front of mobiles, 1 September 2013. ICTA.
    SpellingRule("230", r"([4-9]\d{6})", r"5\1"),
    # Costa Rica: from 7 to 8 digits, 20 March 2008. SUTEL.
    SpellingRule("506", r"(2\d{6})", r"2\1"),
    SpellingRule("506", r"([38]\d{6})", r"8\1"),
)

_ONE_GROUP = re.compile(r"(\d*)(\([^()]*\))\Z")  # of a rule's `old`
_BY_CODE: dict[str, list[tuple[re.Pattern[str], SpellingRule]]] = {}
_BACK: dict[str, list[tuple[re.Pattern[str], str]]] = {}


def _file(rule: SpellingRule) -> None:
    back = rule.back
    if back is None:
        parts = _ONE_GROUP.match(rule.old)
        assert parts is not None, rule
        back = rule.new.replace(r"\1", parts[2]), rf"{parts[1]}\1"
    _BY_CODE.setdefault(rule.code, []).append((re.compile(rf"(?:{rule.old})\Z"), rule))
    _BACK.setdefault(rule.code, []).append((re.compile(rf"(?:{back[0]})\Z"), back[1]))


for _rule in RULES:
    _file(_rule)
CODES = frozenset(int(rule.code) for rule in RULES)
"""Calling codes of the countries that the rules are about."""


def subscriber(e164: str) -> str:
    """The number to file and to ask for: the same for all spellings of a subscriber.

    Never another country's; a number that no rule is about comes back as it is.
    """
    if e164[1:3] not in _BY_CODE and e164[1:4] not in _BY_CODE:
        return e164
    return _subscriber(e164)


def also(e164: str) -> str | None:
    """The same subscriber's number in the other spelling; None: there is one only."""
    known = subscriber(e164)
    if known != e164:
        return known
    for length in (2, 3):
        code, national = e164[1 : 1 + length], e164[1 + length :]
        for pattern, old in _BACK.get(code, ()):
            if found := pattern.match(national):
                return f"+{code}{found.expand(old)}"
    return None


def respelled(code: int, national: str) -> str | None:
    """What a number that is not in the plan (any more) became; None: not known."""
    new = _new(str(code), national, None)
    return new if new is not None and _in_plan(new) else None


@lru_cache(maxsize=CACHE_ENTRIES)
def _subscriber(e164: str) -> str:
    for length in (2, 3):
        new = _new(e164[1 : 1 + length], e164[1 + length :], e164)
        if new is not None:
            return new
    return e164


def _new(code: str, national: str, e164: str | None) -> str | None:
    """`e164` is the number as it is where its plan may still have it."""
    for pattern, rule in _BY_CODE.get(code, ()):
        found = pattern.match(national)
        if found is None:
            continue
        if rule.if_not_in_plan and e164 is not None and _in_plan(e164):
            continue
        new = f"+{code}{found.expand(rule.new)}"
        if not rule.if_not_in_plan or _in_plan(new):
            return new
    return None


def _in_plan(e164: str) -> bool:
    try:
        return bool(phonenumbers.is_valid_number(phonenumbers.parse(e164, None)))
    except phonenumbers.NumberParseException:
        return False
