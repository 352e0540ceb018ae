from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenpop.web.websocket import (
    Message,
    Opcode,
    Parser,
    Violation,
    accept_key,
    close_code,
    close_frame,
    head,
    unmasked,
)

MASK = b"\x01\x02\x03\x04"


def from_client(
    opcode: int, data: bytes, *, final: bool = True, masked: bool = True
) -> bytes:
    """A frame as RFC 6455, section 5.2 draws it, byte by byte."""
    first = bytes([(0x80 if final else 0) | opcode])
    bit = 0x80 if masked else 0
    if len(data) < 126:
        length = bytes([bit | len(data)])
    elif len(data) < 65_536:
        length = bytes([bit | 126]) + len(data).to_bytes(2, "big")
    else:
        length = bytes([bit | 127]) + len(data).to_bytes(8, "big")
    if not masked:
        return first + length + data
    hidden = bytes(byte ^ MASK[i % 4] for i, byte in enumerate(data))
    return first + length + MASK + hidden


def test_the_accept_key_is_that_of_the_rfc() -> None:
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    assert accept_key(key) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4))
def test_unmasking_is_byte_by_byte(data: bytes, mask: bytes) -> None:
    expected = bytes(byte ^ mask[i % 4] for i, byte in enumerate(data))
    assert unmasked(data, mask) == expected


@pytest.mark.parametrize("length", [0, 1, 125, 126, 65_535, 65_536])
def test_each_form_of_length_is_read_and_written(length: int) -> None:
    data = b"x" * length
    parser = Parser(100_000)
    assert parser.feed(from_client(2, data)) == [Message(2, data)]
    unmasked_head = from_client(1, data, masked=False)[: -length or None]
    assert head(Opcode.TEXT, length) == unmasked_head


@given(st.data())
def test_how_the_bytes_are_cut_makes_no_difference(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.text(max_size=200), max_size=5))
    stream = b"".join(from_client(1, text.encode()) for text in texts)
    parser, found = Parser(10_000), []
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        found += parser.feed(stream[:size])
        stream = stream[size:]
    assert found == [Message(1, text.encode()) for text in texts]


def test_a_message_in_parts_is_put_together_around_a_ping() -> None:
    parser = Parser(100)
    stream = (
        from_client(1, b"on", final=False)
        + from_client(9, b"?")
        + from_client(0, b"e ", final=False)
        + from_client(0, b"two")
        + from_client(1, b"three")
    )
    assert parser.feed(stream) == [
        Message(9, b"?"), Message(1, b"one two"), Message(1, b"three"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("stream", "code"),
    [
        (from_client(1, b"x", masked=False), 1002),
        (b"\xc1" + from_client(1, b"x")[1:], 1002),  # a reserved bit
        (from_client(3, b""), 1002),
        (from_client(9, b"x" * 126), 1002),
        (from_client(9, b"x", final=False), 1002),
        (from_client(0, b"nothing begun"), 1002),
        (from_client(1, b"a", final=False) + from_client(1, b"b"), 1002),
        (from_client(1, b"\xff"), 1007),
        (from_client(1, b"x" * 101), 1009),
        (from_client(1, b"x" * 60, final=False) + from_client(0, b"x" * 60), 1009),
        (b"\x81\xfe\x00\x05" + MASK + b"12345", 1002),  # a length not written
        (b"\x81\xff" + b"\x00" * 6 + b"\xff\xff" + MASK, 1002),  # minimally
        (b"\x81\xff" + b"\xff" * 8 + MASK, 1009),  # announces 2**64 - 1 bytes
    ],
)
def test_a_broken_protocol_has_its_code(stream: bytes, code: int) -> None:
    with pytest.raises(Violation) as broken:
        Parser(100).feed(stream)
    assert broken.value.code == code


def test_half_a_character_at_a_border_of_parts_is_no_error() -> None:
    euro = "€".encode()
    stream = from_client(1, euro[:1], final=False) + from_client(0, euro[1:])
    assert Parser(100).feed(stream) == [Message(1, euro)]


@pytest.mark.parametrize("code", [1000, 1001, 1011, 3000, 4999])
def test_close_codes_are_read(code: int) -> None:
    assert close_code(code.to_bytes(2, "big") + b"bye") == code


@pytest.mark.parametrize("data", [b"\x03", b"\x03\xed", b"\x00\x01", b"\xff\xff"])
def test_bad_close_codes_are_refused(data: bytes) -> None:
    with pytest.raises(Violation):
        close_code(data)


def test_a_close_frame_fits_into_a_control_frame() -> None:
    frame = close_frame(4408, "é" * 200)
    assert len(frame) <= 127
    frame[4:].decode()


@given(st.lists(st.binary(max_size=40), max_size=20))
def test_any_bytes_give_messages_or_a_violation(chunks: list[bytes]) -> None:
    parser = Parser(1000)
    try:
        for chunk in chunks:
            parser.feed(chunk)
    except Violation as broken:
        code = int(broken.code)
    else:
        code = 0
    assert code in (0, 1002, 1007, 1009)


def test_frames_are_counted_before_they_are_read() -> None:
    """45,000 empty frames in one read held the event loop for 0.1 s."""
    parser = Parser(100, frames_max=10)
    assert len(parser.feed(from_client(1, b"") * 10)) == 10
    with pytest.raises(Violation) as broken:
        parser.feed(from_client(1, b"") * 40_000)
    assert broken.value.code == 1008
    assert parser.frames == 10
    parser.frames = 0
