"""Is what strangers send read in linear time?

One quadratic expression and 800 kB of backslashes held the event loop for 13 s. Each
reader of outside data gets inputs made to be searched again and again, at 50 kB and
at 200 kB: four times as much may cost about four times as much, not sixteen.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator

import pytest
from multidict import CIMultiDict

from screenpop.intake.masking import Mask, number_hider, shape
from screenpop.support.log import redacted
from screenpop.support.number_fields import read_field
from screenpop.support.numbering import read_number
from screenpop.web.health import without_places
from screenpop.web.remote import Proxies

SMALL, TIMES = 50_000, 4
RATIO_MAX = 9.0  # between 4 (linear) and 16 (quadratic)
TRIES = 5  # on a busy machine one measurement in thousands is wrong
NOISE_S = 0.02  # what takes less is quick enough, whatever the ratio

MASK = Mask(["s3cret-token", "another/secret+value"], parameters=["who"])
NOBODY = number_hider([], 0)
PROXIES = Proxies(["10.0.0.0/8"])

READERS: dict[str, Callable[[str], object]] = {
    "mask a body": lambda text: MASK.body(text.encode()),
    "mask a path": lambda text: MASK.path("/v1/telephony/x?" + text),
    "mask a header": lambda text: MASK.headers(((text[:100], text),)),
    "mask a proof": shape,
    "hide numbers": NOBODY,
    "log": redacted,
    "read a number": lambda text: read_number(text, country="GB"),
    "read a stored number": lambda text: read_field(text, country="GB"),
    "find the client": lambda text: PROXIES.client(
        "10.0.0.1", CIMultiDict({"X-Forwarded-For": text})
    ),
    "find the client, RFC 7239": lambda text: PROXIES.client(
        "10.0.0.1", CIMultiDict({"Forwarded": text})
    ),
    "tell strangers": without_places,
}

PIECES = (
    "\\", '"', '\\"', '"token":\\"', '"token', '"a_-', "token=", "&token", "<token>",
    "<a_", "a", "=", "a=", "&", "?", "a?", " ", "0", "1 ", "12345678 ", "+1", "%2B",
    "+1234567-", "<", "<1>;", ",", ";", "tel:", "(0)", "Bearer ", "token ", "t=1,",
    "eyJ.", "4.", "é", "10.0.0.1,", "for=", "\n", "1ext", "#", "\u00a0", ":", "[::1],",
    "2026-11-21", "\\u002b",
)  # fmt: skip
ADVERSARIES = {repr(piece): piece for piece in PIECES} | {
    "levels": "".join(f'"token":{chr(92) * n}"' for n in range(63)) * 10,
}


def seconds(read: Callable[[str], object], text: str) -> float:
    begun = time.thread_time()
    read(text)
    return time.thread_time() - begun


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    """A long text splits into many objects: the collector would read the whole heap."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("ending", ["", "x", '"', "\nx"], ids=repr)
def test_four_times_the_input_costs_about_four_times_as_much(
    name: str, ending: str
) -> None:
    slow = []
    for adversary, piece in ADVERSARIES.items():
        text = piece * (SMALL // len(piece) + 1)
        if all(_looks_slow(READERS[name], text, ending) for _ in range(TRIES)):
            slow.append(adversary)
    assert slow == []


def _looks_slow(read: Callable[[str], object], text: str, ending: str) -> bool:
    large = seconds(read, text * TIMES + ending)
    return large > NOISE_S and large > RATIO_MAX * seconds(read, text + ending)
