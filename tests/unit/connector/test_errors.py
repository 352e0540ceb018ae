"""Does a foreign error tell what is wrong, and nothing else?"""

import re

from screenpop.connector.base import MESSAGE_CHARS_MAX, defect, told
from screenpop.domain.profile import Row


def test_callers_values_are_replaced_by_their_names() -> None:
    error = ValueError('no row for "+442079460958" and 4711')
    params: Row = {
        "number": "+442079460958",
        "digits": "442079460958",
        "ivr.account": 4711,
    }
    assert told(error, params=params) == 'no row for ":number" and :ivr.account'


def test_secrets_are_starred_out_first() -> None:
    text = told("login of reader/s3cret failed", secrets=("s3cret", ""))
    assert text == "login of reader/*** failed"


def test_a_value_too_short_to_tell_anything_stays() -> None:
    assert told("line 1 of 12", params={"queue": "1"}) == "line 1 of 12"


def test_only_the_first_line_is_told_and_not_all_of_a_long_one() -> None:
    assert told("broken pipe.\nTraceback") == "broken pipe"
    assert len(told("x" * 5000)) == MESSAGE_CHARS_MAX + 1


def test_an_error_without_words_is_told_by_its_name() -> None:
    assert told(TimeoutError()) == "TimeoutError"
    assert told("  ") == "no reason given"


def test_a_defect_names_its_place_and_hides_what_was_asked_with() -> None:
    try:
        dict[str, str]()["+442079460958"]
    except KeyError as error:
        said = defect(error, params={"number": "+442079460958"})
    assert said.startswith("a defect in its connector: KeyError: ':number'")
    assert re.search(r"\(test_errors\.py:\d+\)$", said)
