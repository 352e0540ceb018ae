from __future__ import annotations

import pytest

from screenpop.history.passwords import generated, weakness


@pytest.mark.parametrize(
    "password",
    [
        "password1234", "Password2026!", "P@ssw0rd123!", "!!!iloveyou!!!",
        "123456789012", "qwertyuiop12", "qwertyuiopasdf", "abcdefghijkl",
        "aaaaaaaaaaaa", "abcabcabcabc",
        "passwordpassword", "dragonmonkey1", "trustno1trustno1", "ana.miller12",
        "ana.miller-ana.miller", "19841984198419", "zyxwvutsrqpo",
        "ｐａｓｓｗｏｒｄ１２３４",
        "1q2w3e4r5t6y", "correcthorsecorrecthorse",
    ],
)  # fmt: skip
def test_what_is_guessed_early_is_weak(password: str) -> None:
    assert weakness(password, "ana.miller") is not None


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery", "a new and longer phrase", "Mein Hund heißt Egon",
        "xK9#mQ2$vL7p", "ピカチュウは黄色いねずみです", "ana.miller likes cheese",
        "staple-giraffe-42",
    ],
)  # fmt: skip
def test_what_is_long_and_unusual_is_not(password: str) -> None:
    assert weakness(password, "ana.miller") is None


def test_our_own_are_never_weak() -> None:
    found = {weakness(generated(), "ana") for _ in range(200)}
    assert found == {None}


def test_a_very_long_password_is_judged() -> None:
    assert weakness("x" * 256, "ana") is not None
