"""Is this the right password, at the same cost whether it is or not?

argon2id in threads; a few at once, as each takes 64 MiB and a core for a while.
"""

from __future__ import annotations

import asyncio
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from screenpop.domain.errors import BadInput

PASSWORD_CHARS_MIN = 12
PASSWORD_CHARS_MAX = 256
AT_ONCE_MAX = 4
GENERATED_WORDS = 4
_SYLLABLES = [c + v for c in "bdfghjklmnprstvz" for v in "aeiou"]


class Passwords:
    def __init__(
        self, hasher: PasswordHasher | None = None, at_once_max: int = AT_ONCE_MAX
    ):
        self._hasher = hasher or PasswordHasher()
        self._places = asyncio.Semaphore(at_once_max)
        self._decoy: str | None = None

    async def hashed_new(self, password: str, username: str) -> str:
        """Raises `BadInput` for one that is too short, too long or too common."""
        if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
            raise BadInput(
                f"password: {len(password)} characters, must be"
                f" {PASSWORD_CHARS_MIN} to {PASSWORD_CHARS_MAX}",
                code="bad_password",
                remedy="Use four or more words.",
            )
        if (why := weakness(password, username)) is not None:
            raise BadInput(
                f"password: it {why}",
                code="common_password",
                remedy="Use four or more words that do not belong together.",
            )
        return await self.hashed(password)

    async def hashed(self, password: str) -> str:
        """Of one that was accepted before."""
        async with self._places:
            return await asyncio.to_thread(self._hasher.hash, _normal(password))

    async def right(self, password: str, hash_: str | None) -> bool:
        """Without a hash the same work is done, and the answer is no."""
        async with self._places:
            return await asyncio.to_thread(self._verify, password, hash_)

    def outdated(self, hash_: str) -> bool:
        """Was it made with other parameters than today's?"""
        return self._hasher.check_needs_rehash(hash_)

    def _verify(self, password: str, hash_: str | None) -> bool:
        if self._decoy is None:
            self._decoy = self._hasher.hash(secrets.token_hex(16))
        fits = len(password) <= PASSWORD_CHARS_MAX
        text = _normal(password) if fits else b""
        try:
            right = self._hasher.verify(hash_ or self._decoy, text)
        except (VerificationError, InvalidHashError):
            return False
        return right and fits and hash_ is not None


def generated() -> str:
    """A password that can be read out: four made-up words, about 50 bits."""
    return "-".join(
        "".join(secrets.choice(_SYLLABLES) for _ in range(2))
        for _ in range(GENERATED_WORDS)
    )


def _normal(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


GUESSES_LOG10_MIN = 10.0  # zxcvbn's highest score: out of reach for a slow hash, too
CHARS_MAX = 72  # more are not looked at: its time grows with the square


def weakness(password: str, username: str) -> str | None:
    """Why it is weak, in words that go on after "the password"; None if it is not."""
    text = unicodedata.normalize("NFKC", password)[:CHARS_MAX]
    found = zxcvbn(text, user_inputs=[username.casefold()])
    if found["guesses_log10"] >= GUESSES_LOG10_MIN:
        return None
    return "is easy to guess: a common one, a row of keys, a repetition, or a name"
