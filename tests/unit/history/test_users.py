"""Who may log in, and what is kept of it?"""

from __future__ import annotations

import logging
from typing import Literal

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from screenpop.domain.agent import Role
from screenpop.domain.errors import BadInput, NotFound
from screenpop.history.audit import Audit
from screenpop.history.engine import Database
from screenpop.history.passwords import Passwords, generated
from screenpop.history.tables import users as users_table
from screenpop.history.users import Users, username_of
from screenpop.support.clock import FakeClock

SECRET = "correct horse battery"


@pytest.fixture
def users(database: Database, clock: FakeClock, passwords: Passwords) -> Users:
    return Users(database, clock, passwords)


async def test_a_user_comes_back_as_created(users: Users) -> None:
    made = await users.create(
        "Ana@Example.com",
        password=SECRET,
        name="Ana Müller",
        role=Role.SUPERVISOR,
        agents=["1001", "sip:ana"],
        locale="de-DE",
    )
    assert made.username == "ana@example.com"
    assert await users.get("ANA@example.com") == made
    assert await users.list_all() == [made]


async def test_the_right_password_lets_in_under_any_spelling_of_the_name(
    users: Users,
) -> None:
    made = await users.create("ana", password=SECRET)
    assert await users.verify("ＡＮＡ", SECRET) == made


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("ana", "wrong horse battery"),
        ("ana", ""),
        ("ana", SECRET + "x" * 300),
        ("ana", "\ud800" * 10),
        ("nobody", SECRET),
        ("", SECRET),
        ("a b", SECRET),
    ],
)
async def test_a_wrong_password_or_name_does_not(
    users: Users, name: str, password: str
) -> None:
    await users.create("ana", password=SECRET)
    assert await users.verify(name, password) is None


async def test_an_unknown_user_costs_as_much_work_as_a_known_one(
    database: Database, clock: FakeClock
) -> None:
    class Counting(PasswordHasher):
        verified = 0

        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
            self.verified += 1
            return super().verify(hash, password)

    hasher = Counting(time_cost=1, memory_cost=8, parallelism=1)
    users = Users(database, clock, Passwords(hasher))
    await users.create("ana", password=SECRET)
    await users.create("program", password=None)
    for name in ("ana", "nobody", "program", "a b"):
        before = hasher.verified
        await users.verify(name, "some password")
        assert hasher.verified == before + 1


async def test_who_is_inactive_or_has_no_password_cannot_log_in(users: Users) -> None:
    await users.create("ana", password=SECRET)
    await users.change("ana", active=False)
    assert await users.verify("ana", SECRET) is None
    await users.create("program", password=None)
    assert await users.verify("program", "") is None


async def test_a_new_password_ends_all_sessions(users: Users) -> None:
    before = await users.create("ana", password=SECRET)
    after = await users.set_password("ana", "another good one")
    assert after.token_epoch == before.token_epoch + 1
    assert await users.verify("ana", SECRET) is None
    assert await users.verify("ana", "another good one") == after


async def test_who_is_made_inactive_loses_all_sessions(users: Users) -> None:
    await users.create("ana", password=SECRET)
    assert (await users.change("ana", active=False)).token_epoch == 1
    assert (await users.change("ana", active=True)).token_epoch == 1
    assert (await users.end_sessions("ana")).token_epoch == 2


async def test_only_what_is_given_is_changed(users: Users) -> None:
    await users.create("ana", password=SECRET, name="Ana", agents=["1"], locale="de")
    changed = await users.change("ana", role=Role.ADMIN, agents=["2", "3"])
    assert (changed.name, changed.role, changed.locale) == ("Ana", Role.ADMIN, "de")
    assert changed.agents == {"2", "3"}
    assert (await users.change("ana", locale=None)).locale is None
    assert await users.get("ana") == await users.change("ana")


async def test_an_agent_id_of_somebody_else_is_refused_and_names_them(
    users: Users,
) -> None:
    await users.create("ana", password=None, name="Ana M.", agents=["1001"])
    await users.create("ben", password=None, agents=["1002"])
    with pytest.raises(BadInput, match=r"1001 already belongs to ana \(Ana M\.\)"):
        await users.change("ben", agents=["1001", "1002"])
    with pytest.raises(BadInput, match="already belongs to ana"):
        await users.create("cat", password=None, agents=["1001"])
    assert await users.get("cat") is None
    ben = await users.get("ben")
    assert ben is not None
    assert ben.agents == {"1002"}


async def test_two_people_swap_their_telephones(users: Users) -> None:
    await users.create("ana", password=None, agents=["1001", "1"])
    await users.create("ben", password=None, agents=["1002"])
    assert (await users.change("ana", agents=["1002"], take=True)).agents == {"1002"}
    ben = await users.get("ben")
    assert ben is not None
    assert ben.agents == frozenset()
    assert (await users.change("ben", agents=["1001"])).agents == {"1001"}


async def test_who_is_inactive_keeps_no_telephone_from_others(users: Users) -> None:
    await users.create("ana", password=None, agents=["1001"])
    await users.change("ana", active=False)
    await users.create("ben", password=None, agents=["1001"])
    with pytest.raises(BadInput, match="already belongs to ben"):
        await users.change("ana", active=True)
    assert (await users.change("ana", active=True, agents=["7"])).active


async def test_a_taken_name_is_refused(users: Users) -> None:
    await users.create("ana", password=SECRET)
    with pytest.raises(BadInput, match="taken"):
        await users.create("ANA", password=SECRET)


async def test_changing_a_user_that_is_not_there_is_not_found(users: Users) -> None:
    with pytest.raises(NotFound, match="no user ben"):
        await users.set_password("ben", SECRET)
    with pytest.raises(NotFound, match="no user ben"):
        await users.change("ben", active=True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"username": ""}, "bad_username"),
        ({"username": "a b"}, "bad_username"),
        ({"username": "a\u202eb"}, "bad_username"),
        ({"username": "x" * 101}, "bad_username"),
        ({"password": "short"}, "bad_password"),
        ({"password": "x" * 257}, "bad_password"),
        ({"name": "two\nlines"}, "bad_name"),
        ({"name": "\ud800"}, "bad_name"),
        ({"agents": [""]}, "bad_agents"),
        ({"agents": [str(i) for i in range(21)]}, "too_many_agents"),
        ({"locale": "x" * 36}, "bad_locale"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name(
    users: Users, given: dict[str, object], code: str
) -> None:
    values: dict[str, object] = {"username": "ana", "password": SECRET, **given}
    with pytest.raises(BadInput) as caught:
        await users.create(**values)  # type: ignore[arg-type]
    assert caught.value.code == code
    assert await users.list_all() == []


async def test_a_hash_of_other_parameters_is_renewed_at_the_next_log_in(
    database: Database, clock: FakeClock, users: Users
) -> None:
    made = await users.create("ana", password=SECRET)
    before = await _hash_of(database)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    again = Users(database, clock, stronger)
    assert await again.verify("ana", SECRET) == made
    after = await _hash_of(database)
    assert after != before
    assert "t=2" in after
    assert await again.verify("ana", SECRET) == made
    assert await _hash_of(database) == after


async def test_no_password_reaches_the_log_or_the_audit(
    users: Users, database: Database, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await users.create("ana", password=SECRET, agents=["1001"], by="root")
    await users.set_password("ana", SECRET + "2", by="root")
    await users.verify("ana", SECRET + "3")
    told = await Audit(database, clock).recent()
    assert [(entry.action, entry.object) for entry in told] == [
        ("user.password", "ana"),
        ("user.create", "ana"),
    ]
    assert "1001" in told[1].detail
    everything = caplog.text + "".join(entry.detail for entry in told)
    assert SECRET not in everything
    assert "argon2" not in everything.replace("argon2.", "")


async def test_the_stamp_changes_with_every_change_though_the_clock_stands(
    users: Users,
) -> None:
    stamps = [await users.stamp()]
    await users.create("ana", password=SECRET)
    stamps.append(await users.stamp())
    for _ in range(3):
        await users.end_sessions("ana")
        stamps.append(await users.stamp())
    assert len(set(stamps)) == len(stamps)


def test_spellings_of_one_name_are_one_name() -> None:
    assert username_of(" Straße ") == username_of("STRASSE") == "strasse"


def test_generated_passwords_are_long_and_differ() -> None:
    made = {generated() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 19


async def _hash_of(database: Database) -> str:
    async with database.read() as connection:
        found = await connection.execute(select(users_table.c.password_hash))
        return str(found.scalar_one())


async def test_settings_are_kept_with_the_user(users: Users) -> None:
    await users.create("ana", password=SECRET, name="Ana", agents=["1"])
    stamp = await users.stamp()
    assert await users.settings("ana") is None
    await users.keep_settings("ana", '{"theme":"dark"}')
    assert await users.settings("ana") == '{"theme":"dark"}'
    assert await users.stamp() == stamp  # no right changed
