"""Messages stand in bytes however they are cut."""

from __future__ import annotations

import pytest
from streams_doubles import NAMES, message, recorded

from screenpop.intake.streams.asterisk_ami import (
    MESSAGE_BYTES_MAX,
    AmiBroken,
    AmiParser,
    action,
    challenge_key,
    text_of,
)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_cut_at_every_hundredth_byte_holds_the_same_messages(
    name: str,
) -> None:
    data = recorded(name)
    whole = AmiParser().feed(data)
    assert len(whole) > 50
    parser = AmiParser()
    pieces = (data[start : start + 100] for start in range(0, len(data), 100))
    assert [m for piece in pieces for m in parser.feed(piece)] == whole


def test_one_cut_may_be_anywhere() -> None:
    data = recorded("02_abandon")[:6000]
    whole = AmiParser().feed(data)
    for cut in range(0, len(data), 7):
        parser = AmiParser()
        assert parser.feed(data[:cut]) + parser.feed(data[cut:]) == whole


def test_bytes_may_come_one_by_one() -> None:
    data = recorded("02_abandon")[:20_000]
    parser = AmiParser()
    found = [m for byte in data for m in parser.feed(bytes([byte]))]
    assert found == AmiParser().feed(data)


def test_the_banner_is_no_message_and_a_header_may_repeat() -> None:
    parser = AmiParser()
    (message,) = parser.feed(
        b"Asterisk Call Manager/9.0.0\r\nEvent: X\r\nChanVariable: a=1\r\n"
        b"ChanVariable: b=2\r\nEmpty:\r\nColon: a:b\r\n\r\n"
    )
    assert parser.banner == "Asterisk Call Manager/9.0.0"
    assert message["ChanVariable"] == ["a=1", "b=2"]
    assert message["Empty"] == ""
    assert message["Colon"] == "a:b"
    assert text_of(message, "ChanVariable") == "a=1"
    assert text_of(message, "Nothing") == ""


def test_the_rest_of_a_message_without_its_beginning_does_no_harm() -> None:
    parser = AmiParser()
    found = parser.feed(b"d: 1.0\r\nLinkedid: 1.0\r\n\r\nEvent: Y\r\n\r\n")
    assert [text_of(m, "Event") for m in found] == ["", "Y"]


def test_a_message_without_end_is_refused() -> None:
    with pytest.raises(AmiBroken, match="more than"):
        AmiParser().feed(b"Event: X\r\n" + b"a" * (MESSAGE_BYTES_MAX + 1))


def test_a_value_cannot_smuggle_in_another_action() -> None:
    sent = action("Login", Username="a\r\n\r\nAction: Originate")
    assert sent.count(b"\r\n\r\n") == 1
    assert sent.count(b"\r\nAction:") == 0


def test_the_challenge_is_answered_as_asterisk_computes_it() -> None:
    """MD5 over challenge and secret, in hex."""
    assert challenge_key("840415273", "secret") == "81c3ab5534a432bec402f6d988ee45b4"


def test_a_name_with_a_wrong_byte_loses_no_message() -> None:
    data = message("Newchannel", CallerIDName="J\xf6rg").replace(b"\xc3\xb6", b"\xf6")
    (told,) = AmiParser().feed(data)
    assert told["CallerIDName"] == "J\xf6rg"
