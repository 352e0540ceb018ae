from __future__ import annotations

from screenpop.domain.agent import UserId
from screenpop.web.auth import Revoked
from screenpop.web.tokens import Session


def session(number: int, expires_s: int) -> Session:
    return Session(f"s{number}", UserId("ana"), 0, expires_s)


def test_a_revoked_session_stays_so_until_it_expires() -> None:
    revoked = Revoked()
    revoked.add(session(1, expires_s=100), now_s=0)
    revoked.add(session(2, expires_s=200), now_s=99)
    assert session(1, 100) in revoked
    revoked.add(session(3, expires_s=300), now_s=100)
    assert session(1, 100) not in revoked  # expired: no longer worth a place
    assert session(2, 200) in revoked


def test_the_revoked_sessions_are_bounded() -> None:
    revoked = Revoked(entries_max=3)
    for number in range(10):
        revoked.add(session(number, expires_s=1000), now_s=0)
    kept = [number for number in range(10) if session(number, 1000) in revoked]
    assert kept == [7, 8, 9]
