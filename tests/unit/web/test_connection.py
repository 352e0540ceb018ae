from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.web.connection import BehindHandshake, HeadMeter, HeadTooLarge

GET = b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
SIZED = b"POST /a HTTP/1.1\r\ncontent-length:  9000 \r\n\r\n" + b"b" * 9000
CHUNKED = (
    b"POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1000;x=y\r\n" + b"\r\n0\r\n" * 819 + b"z\r\n0\r\nSome: trailer\r\n\r\n"
)
UPGRADE = b"GET /v1/agent HTTP/1.1\r\nUPGRADE: WebSocket\r\n\r\n"


def fed(meter: HeadMeter, data: bytes, step: int) -> None:
    for start in range(0, len(data), step):
        meter.feed(data[start : start + step])


@given(
    st.lists(st.sampled_from([GET, SIZED, CHUNKED]), max_size=6),
    st.lists(st.integers(1, 3000), max_size=40),
)
def test_bodies_and_pipelined_requests_are_no_header(
    requests: list[bytes], cuts: list[int]
) -> None:
    meter, data = HeadMeter(1024), b"".join(requests)
    for cut in cuts:
        meter.feed(data[:cut])
        data = data[cut:]
    meter.feed(data)
    with pytest.raises(HeadTooLarge):
        meter.feed(b"y" * 1025)


@pytest.mark.parametrize("step", [1, 7, 1000, 100_000])
def test_a_header_beyond_the_limit_is_noticed_however_it_comes(step: int) -> None:
    meter = HeadMeter(16_384)
    head = b"GET / HTTP/1.1\r\n" + b"A: " + b"b" * 16_384
    with pytest.raises(HeadTooLarge):
        fed(meter, head, step)


def test_a_header_of_exactly_the_limit_is_taken() -> None:
    start = b"GET / HTTP/1.1\r\nA: "
    HeadMeter(2000).feed(start + b"b" * (2000 - len(start) - 4) + b"\r\n\r\n")


@pytest.mark.parametrize("step", [1, 1000])
def test_a_complete_handshake_is_seen_and_bytes_behind_it_are_refused(
    step: int,
) -> None:
    meter, data = HeadMeter(1024), GET + SIZED + UPGRADE
    fed(meter, data, step)
    assert meter.upgrading
    with pytest.raises(BehindHandshake):
        meter.feed(b"\x81")


def test_another_upgrade_is_none_of_ours() -> None:
    meter = HeadMeter(1024)
    meter.feed(GET.replace(b"Host: x", b"Upgrade: h2c"))
    assert not meter.upgrading


@pytest.mark.parametrize("length", [b"-5", b"x", b"9" * 4000, b"", b"1_0"])
def test_a_length_that_is_none_costs_nothing(length: bytes) -> None:
    """The parser refuses it; the meter goes on as if there were no body."""
    meter = HeadMeter(8192)
    meter.feed(b"POST / HTTP/1.1\r\nContent-Length: " + length + b"\r\n\r\n" + GET)


def test_many_small_pieces_cost_no_more_than_a_few_large_ones() -> None:
    """A search begins where the last one ended: the work is linear."""
    meter = HeadMeter(1_000_000)
    for _ in range(900_000):
        meter.feed(b"x")
