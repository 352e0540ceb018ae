from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from web_doubles import user

from screenpop.web.auth import Signer

ANA = user("ana")
SIGNER = Signer(b"k" * 32)


def test_a_token_says_who_until_when() -> None:
    token, session = SIGNER.issue(ANA, expires_s=1000)
    assert SIGNER.read(token, now_s=999) == session
    assert session.user == "ana"


def test_an_expired_token_says_nothing() -> None:
    token, _ = SIGNER.issue(ANA, expires_s=1000)
    assert SIGNER.read(token, now_s=1000) is None


def test_a_token_of_another_key_says_nothing() -> None:
    token, _ = Signer(b"x" * 32).issue(ANA, expires_s=1000)
    assert SIGNER.read(token, now_s=0) is None


def test_each_session_has_its_own_csrf_token() -> None:
    _, one = SIGNER.issue(ANA, expires_s=1000)
    _, other = SIGNER.issue(ANA, expires_s=1000)
    assert SIGNER.csrf_matches(one, SIGNER.csrf(one))
    assert not SIGNER.csrf_matches(one, SIGNER.csrf(other))
    assert not SIGNER.csrf_matches(one, "\udcff")


def test_a_csrf_token_is_no_session_token() -> None:
    token, session = SIGNER.issue(ANA, expires_s=1000)
    payload = token.split(".")[1]
    assert SIGNER.read(f"v1.{payload}.{SIGNER.csrf(session)}", now_s=0) is None


@given(place=st.integers(0, 10_000), char=st.characters(codec="ascii"))
def test_no_changed_token_is_taken(place: int, char: str) -> None:
    token, _ = SIGNER.issue(ANA, expires_s=1000)
    payload_end = token.rindex(".")
    place %= payload_end
    changed = token[:place] + char + token[place + 1 :]
    if changed != token:
        assert SIGNER.read(changed, now_s=0) is None


@given(st.text())
def test_any_text_is_refused_without_an_error(text: str) -> None:
    assert SIGNER.read(text, now_s=0) is None
