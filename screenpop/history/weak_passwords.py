"""Would somebody guess this password early?

zxcvbn estimates how many guesses an attacker needs who knows common passwords, words,
names, dates and rows of the keyboard (Wheeler, USENIX Security 2016). No rule on kinds
of characters: long and unusual is what helps.
"""

from __future__ import annotations

import unicodedata

from zxcvbn import zxcvbn

GUESSES_LOG10_MIN = 10.0  # zxcvbn's highest score: out of reach for a slow hash, too
CHARS_MAX = 72  # more are not looked at: its time grows with the square


def weakness(password: str, username: str) -> str | None:
    """Why it is weak, in words that go on after "the password"; None if it is not."""
    text = unicodedata.normalize("NFKC", password)[:CHARS_MAX]
    found = zxcvbn(text, user_inputs=[username.casefold()])
    if found["guesses_log10"] >= GUESSES_LOG10_MIN:
        return None
    return "is easy to guess: a common one, a row of keys, a repetition, or a name"
