"""Messages stand in the bytes of an event socket however they are cut."""

from __future__ import annotations

import json

import pytest

from screenpop.intake.streams.freeswitch import (
    EslBroken,
    EslMessage,
    EslParser,
    command,
    event_of,
)

EVENT = json.dumps({"Event-Name": "CHANNEL_CREATE", "Unique-ID": "a\n\nb", "n": 3})
STREAM = (
    b"Content-Type: auth/request\n\n"
    b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"
    + f"Content-Length: {len(EVENT)}\nContent-Type: text/event-json\n\n".encode()
    + EVENT.encode()
    + b"Content-Length: 53\nContent-Type: text/event-plain\n\n"
    b"Event-Name: CUSTOM\nCC-Queue: support%40default\nX: 1\n\n"
)


def test_a_stream_cut_anywhere_holds_the_same_messages() -> None:
    whole = EslParser().feed(STREAM)
    assert [m.kind for m in whole] == [
        "auth/request",
        "command/reply",
        "text/event-json",
        "text/event-plain",
    ]
    for cut in range(len(STREAM)):
        parser = EslParser()
        assert parser.feed(STREAM[:cut]) + parser.feed(STREAM[cut:]) == whole


def test_events_are_read_from_both_formats() -> None:
    *_, as_json, plain = EslParser().feed(STREAM)
    assert event_of(as_json) == {"Event-Name": "CHANNEL_CREATE", "Unique-ID": "a\n\nb"}
    assert event_of(plain)["CC-Queue"] == "support@default"


def test_what_is_no_event_socket_is_refused() -> None:
    with pytest.raises(EslBroken, match="cannot be"):
        EslParser().feed(b"Content-Length: 99999999999\n\n")
    with pytest.raises(EslBroken, match="cannot be"):
        EslParser().feed(b"Content-Length: x\n\n")
    with pytest.raises(EslBroken, match="head"):
        EslParser().feed(b"a" * 70_000)


def test_a_value_cannot_smuggle_in_another_command() -> None:
    assert command("auth a\n\napi shutdown") == b"auth a  api shutdown\n\n"


def test_a_name_with_a_wrong_byte_or_half_a_pair_loses_no_event() -> None:
    headers = {"Content-Type": "text/event-json"}
    body = b'{"Caller-Caller-ID-Name": "J\xf6rg \\ud83d"}'
    event = event_of(EslMessage(headers, body))
    assert event["Caller-Caller-ID-Name"] == "J\xf6rg \ufffd"
