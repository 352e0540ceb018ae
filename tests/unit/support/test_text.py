"""Text that no journal can hold is made fit where it enters."""

import pytest

from screenpop.support.text import Mended, from_bytes, is_sound, sound, sound_json


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("Ada", "Ada"),
        ("Jörg 🙂", "Jörg 🙂"),
        ("half \ud83d", "half \ufffd"),
        ("\ude42 other half", "\ufffd other half"),
        ("\ud83d\ude42 in two", "🙂 in two"),
        ("\ud83d\ud83d\ude42", "\ufffd🙂"),
        ("nul \x00 stays", "nul \x00 stays"),
    ],
)
def test_half_a_surrogate_pair_becomes_the_replacement_character(
    text: str, expected: str
) -> None:
    assert sound(text) == expected
    assert sound(text).encode().decode() == sound(text)
    assert is_sound(text) is (text == expected)


def test_a_subclass_of_text_becomes_plain_text() -> None:
    class Marked(str):
        pass

    assert type(sound(Marked("Ada"))) is str
    assert type(sound(Marked("Jörg"))) is str


def test_bytes_that_do_not_fit_are_read_as_cp1252_and_marked() -> None:
    assert type(from_bytes("Müller".encode())) is str
    mended = from_bytes(b"M\xfcller \x81 M\xc3\xbcller")
    assert (type(mended), mended) == (Mended, "Müller \ufffd Müller")


def test_every_text_and_name_of_a_json_value_is_made_sound() -> None:
    value = {"a\ud83d": ["x\ude42", 1, None, {"b": "\ud83d\ude42"}], "c": True}
    expected = {"a\ufffd": ["x\ufffd", 1, None, {"b": "🙂"}], "c": True}
    assert sound_json(value) == expected
