from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from screenpop.support.log import (
    LINE_CHARS_MAX,
    JsonFormatter,
    Redactor,
    TextFormatter,
    protect,
    redacted,
    set_up,
)

SECRET = "s3cr3t/with +chars"


@dataclass
class Written:
    logger: logging.Logger
    stream: io.StringIO

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


@pytest.fixture(params=["text", "json"])
def written(request: pytest.FixtureRequest) -> Iterator[Written]:
    redactor = Redactor([SECRET, "postgresql://u:pass4word@h/d"])
    kind = TextFormatter if request.param == "text" else JsonFormatter
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(kind(redactor))
    logger = logging.getLogger(f"test.{request.param}")
    logger.propagate = False
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield Written(logger, stream)
    logger.removeHandler(handler)


def test_a_secret_never_reaches_the_log(written: Written) -> None:
    written.logger.info("token %s of %r", SECRET, {"auth": SECRET})
    assert SECRET not in written.text
    assert written.text.count("[secret]") == 2


@pytest.mark.parametrize(
    "form", ["s3cr3t%2Fwith%20%2Bchars", "s3cr3t%2Fwith+%2Bchars", "pass4word"]
)
def test_a_secret_in_a_url_never_reaches_the_log(written: Written, form: str) -> None:
    written.logger.info("GET https://crm/?key=%s", form)
    assert form not in written.text
    assert "[secret]" in written.text


def test_a_secret_in_an_exception_and_its_traceback_is_taken_out(
    written: Written,
) -> None:
    try:
        try:
            raise ValueError(f"bad login {SECRET}")
        except ValueError as error:
            raise RuntimeError(f"cannot connect with {SECRET}") from error
    except RuntimeError:
        written.logger.exception("source crm failed")
    assert "RuntimeError: cannot connect with [secret]" in written.text
    assert "ValueError: bad login [secret]" in written.text
    assert SECRET not in written.text


@pytest.mark.parametrize(
    "number",
    ["+442079460958", "+44 20 7946 0958", "+44 (20) 7946-0958", "%2B442079460958"],
)
def test_a_telephone_number_is_shortened(written: Written, number: str) -> None:
    written.logger.info("call from %s", number, extra={"caller": number})
    assert written.text.count("+4420…58") == 2
    assert "7946" not in written.text


def test_a_number_in_a_traceback_is_shortened(written: Written) -> None:
    try:
        raise KeyError("+442079460958")
    except KeyError:
        written.logger.exception("failed")
    assert "7946" not in written.text


def test_times_and_small_numbers_stay(written: Written) -> None:
    text = "at 2026-11-21T09:00:00+00:00 offset +0100 count 123456789012"
    written.logger.info("%s", text)
    assert text in written.text


def test_one_event_is_one_line_whatever_it_holds(written: Written) -> None:
    written.logger.info("name %s", "x\nfake line\r\n\x1b[31m\u2028")
    try:
        raise ValueError("a\nb")
    except ValueError:
        written.logger.exception("failed", extra={"note": "two\nlines"})
    assert len(written.text.rstrip("\n").split("\n")) == 2
    assert "\x1b" not in written.text


def test_a_huge_message_is_cut_off(written: Written) -> None:
    written.logger.info("x" * 1_000_000)
    assert len(written.text) <= LINE_CHARS_MAX + 10


def test_what_is_added_is_structured() -> None:
    record = logging.makeLogRecord(
        {
            "name": "a.b",
            "levelname": "INFO",
            "msg": "done",
            "source": "the crm",
            "ms": 3,
        }
    )
    line = JsonFormatter(Redactor()).format(record)
    assert json.loads(line) == {
        "at": json.loads(line)["at"],
        "level": "INFO",
        "logger": "a.b",
        "message": "done",
        "source": "the crm",
        "ms": 3,
    }
    text = TextFormatter(Redactor()).format(record)
    assert text.endswith(' INFO a.b done source="the crm" ms=3')


def test_a_very_short_secret_does_not_tear_words() -> None:
    assert Redactor(["a"])("a banana") == "a banana"


@pytest.mark.parametrize("shown", ["c7secret@127.0.0.1:1", "a@b:c7secret"])
def test_no_piece_of_a_password_that_a_url_tears_apart_is_shown(shown: str) -> None:
    redact = Redactor(["postgresql://reader:a@b:c7secret@127.0.0.1:1/erp"])
    assert "c7secret" not in redact(f"invalid literal for int(): '{shown}'")


def test_a_key_of_several_lines_stays_out_line_by_line() -> None:
    redact = Redactor(["-----BEGIN-----\nMIIEvQIBADAN\n-----END-----"])
    assert "MIIEvQIBADAN" not in redact("line 2: MIIEvQIBADAN")


def test_set_up_twice_writes_once_and_knows_later_secrets() -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    level = root.level
    set_up(stream=io.StringIO())
    handler = set_up(stream=stream, secrets=["first-secret"])
    try:
        protect(["later-secret"])
        logging.getLogger("any.library").warning("first-secret later-secret")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        logging.captureWarnings(False)
    assert stream.getvalue().count("\n") == 1
    assert stream.getvalue().rstrip().endswith("[secret] [secret]")
    assert redacted("first-secret") == "[secret]"
