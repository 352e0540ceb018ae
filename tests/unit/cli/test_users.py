"""Can an admin manage users from a terminal, without a password on it?"""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

from screenpop.cli import main
from screenpop.cli.db import opened_store
from screenpop.domain.agent import User
from screenpop.history.audit import Audit
from screenpop.history.sessions import UsersCache
from screenpop.history.tokens import Tokens
from screenpop.history.users import Users
from screenpop.support.clock import SystemClock

SECRET = "correct horse battery"


class Terminal:
    """Runs `screenpop users …` against one configuration file."""

    def __init__(
        self,
        file: Path,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ):
        self.file = file
        self._capsys = capsys
        self._monkeypatch = monkeypatch
        self.err = ""

    def __call__(self, *words: str, stdin: str = "", code: int = 0) -> str:
        self._monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(["users", *words, "--config", str(self.file)])
        shown = self._capsys.readouterr()
        self.err = shown.err
        assert int(ended.value.code or 0) == code, shown.err
        return shown.out

    def verify(self, username: str, password: str) -> User | None:
        async def run() -> User | None:
            async with opened_store(self.file) as database:
                return await Users(database).verify(username, password)

        return asyncio.run(run())


@pytest.fixture
def users(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    file = tmp_path / "screenpop.yaml"
    file.write_text("version: 1\nserver:\n  data_dir: data\n")
    return Terminal(file, capsys, monkeypatch)


def test_a_user_added_with_a_password_from_standard_input_may_log_in(
    users: Terminal,
) -> None:
    out = users(
        "add", "Ana", "--agent", "1001", "--agent", "1002", "--name", "Ana M.",
        "--role", "supervisor", "--password-stdin", stdin=SECRET + "\n",
    )  # fmt: skip
    assert out == "added ana (supervisor)\n"
    found = users.verify("ana", SECRET)
    assert found is not None
    assert json.loads(users("list", "--json")) == [
        {
            "username": "ana",
            "name": "Ana M.",
            "role": "supervisor",
            "agents": ["1001", "1002"],
            "locale": None,
            "active": True,
        }
    ]
    assert "Ana M." in users("list")


def test_a_telephone_of_somebody_else_is_taken_only_on_demand(users: Terminal) -> None:
    users("add", "ana", "--agent", "1001", "--no-password")
    users("add", "ben", "--agent", "1001", "--no-password", code=1)
    assert "1001 already belongs to ana" in users.err
    assert "--take" in users.err
    users("add", "ben", "--agent", "1001", "--no-password", "--take")
    rows = {
        row["username"]: row["agents"] for row in json.loads(users("list", "--json"))
    }
    assert rows == {"ana": [], "ben": ["1001"]}


def test_a_generated_password_is_printed_alone_and_works(users: Terminal) -> None:
    *_, password = users("add", "ana", "--generate").splitlines()
    assert users.verify("ana", password) is not None
    *_, second = users("passwd", "ana", "--generate").splitlines()
    assert users.verify("ana", password) is None
    assert users.verify("ana", second) is not None


def test_a_user_without_a_password_cannot_log_in(users: Terminal) -> None:
    users("add", "reports", "--no-password")
    assert users.verify("reports", "") is None


def test_without_anybody_to_ask_it_says_which_option_to_use(users: Terminal) -> None:
    users("add", "ana", code=2)
    assert "--password-stdin" in users.err
    users("passwd", "ana", "--generate", "--password-stdin", code=2)
    assert "exclude each other" in users.err


def test_a_bad_password_or_a_taken_name_is_one_line_without_a_traceback(
    users: Terminal,
) -> None:
    users("add", "ana", "--password-stdin", stdin="short\n", code=1)
    assert users.err.startswith("screenpop: password: 5 characters")
    assert users.err.count("\n") == 1
    users("add", "ana", "--no-password")
    users("add", "ANA", "--no-password", code=1)
    assert "taken" in users.err
    users("set", "nobody", "--inactive", code=1)
    assert "no user nobody" in users.err


def test_set_changes_what_is_given_and_leaves_the_rest(users: Terminal) -> None:
    users("add", "ana", "--agent", "1001", "--locale", "de-DE", "--no-password")
    users("set", "ana", "--role", "admin", "--inactive", "--end-sessions")
    (row,) = json.loads(users("list", "--json"))
    assert (row["role"], row["active"]) == ("admin", False)
    assert (row["agents"], row["locale"]) == (["1001"], "de-DE")
    users("set", "ana", "--no-agents", "--active")
    (row,) = json.loads(users("list", "--json"))
    assert (row["agents"], row["active"]) == ([], True)


def test_a_tokens_secret_is_printed_alone_and_works_until_it_is_revoked(
    users: Terminal,
) -> None:
    users("add", "reports", "--no-password")
    secret = users("token", "reports", "--label", "export").strip()
    assert _stands_for(users.file, secret) == "reports"
    (row,) = json.loads(users("token", "reports", "--list", "--json"))
    assert (row["label"], row["revoked_at"]) == ("export", None)
    assert secret not in json.dumps(row)
    assert "export" in users("token", "reports", "--list")
    users("revoke", row["token_id"])
    assert _stands_for(users.file, secret) is None
    users("revoke", "unknown", code=1)
    another = users("token", "reports", "--expires", "30").strip()
    assert _stands_for(users.file, another) == "reports"
    (_, row) = json.loads(users("token", "reports", "--list", "--json"))
    assert row["label"] == "made on the command line"
    assert row["expires_at"] > row["created_at"]


def test_the_audit_says_that_it_came_from_a_terminal(users: Terminal) -> None:
    users("add", "ana", "--no-password")

    async def told() -> list[tuple[str, str]]:
        async with opened_store(users.file) as database:
            entries = await Audit(database, SystemClock()).recent()
            return [(entry.username.split(":")[0], entry.action) for entry in entries]

    assert asyncio.run(told()) == [("cli", "user.create")]


def _stands_for(file: Path, secret: str) -> str | None:
    async def run() -> str | None:
        async with opened_store(file) as database:
            people, tokens = UsersCache(Users(database)), Tokens(database)
            await people.reload()
            await tokens.reload()
            found = tokens.find(secret, people)
            return None if found is None else found[0].username

    return asyncio.run(run())
