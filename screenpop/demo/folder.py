"""What lies in the demo's working folder, and may it be used again?

erp.sqlite  cards.csv  stamp.json     the company, of one seed and day
secrets/  logins.json                 made once per folder, never in YAML
screenpop.yaml                        written at each start (ports change)
service/                              journal and store of the service
runs                                  how many times it was started
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

from screenpop.config.load import Loaded
from screenpop.demo.callers import showpiece
from screenpop.demo.centre import LOGINS, Login
from screenpop.demo.company import Company
from screenpop.demo.erp import cards, write_cards, write_erp
from screenpop.domain.agent import Role, User
from screenpop.history.opening import open_database
from screenpop.history.users import Users
from screenpop.node.parts import data_dir_of

GENERATION = 3
"""Raise it when the generator makes other data from the same seed."""

_WORDS = (
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "inlet",
    "jolly", "lagoon", "meadow", "nettle", "orchid", "pebble", "quartz", "raven",
    "saddle", "tulip", "umber", "violet", "willow", "yarrow", "zephyr",
)  # fmt: skip
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another
_SIGNS_IN_PASSWORD = 6
PASSWORD_CHARS_MAX = 2 * max(map(len, _WORDS)) + len("--") + _SIGNS_IN_PASSWORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A log-in with its password."""

    login: Login
    password: str


class Folder:
    """The working folder; made if it is not there."""

    def __init__(self, path: Path):
        self.path = path
        self.config = path / "screenpop.yaml"
        path.mkdir(parents=True, exist_ok=True)

    def holds(self, company_seed: int, day: str) -> bool:
        """Is the data of this seed and day here already?"""
        stamp = self.path / "stamp.json"
        wanted = _stamp(company_seed, day)
        return stamp.exists() and stamp.read_text("utf-8") == wanted

    def write_company(self, company: Company) -> None:
        """ERP and cards, then the stamp: a torn run is written again."""
        (self.path / "stamp.json").unlink(missing_ok=True)
        write_erp(company, self.path / "erp.sqlite")
        always = (showpiece(company).account,)
        write_cards(cards(company, always), self.path / "cards.csv")
        stamp = _stamp(company.seed, company.today.isoformat())
        (self.path / "stamp.json").write_text(stamp, "utf-8")

    def secret(self, name: str) -> str:
        """A secret of that name, made at the first asking; readable by us only."""
        path = self.path / "secrets" / name
        if not path.exists():
            path.parent.mkdir(mode=0o700, exist_ok=True)
            _write_private(path, secrets.token_urlsafe(32))
        return path.read_text("utf-8")

    def accounts(self) -> tuple[Account, ...]:
        """Everybody's password, made at the first asking."""
        path = self.path / "logins.json"
        known: dict[str, str] = {}
        if path.exists():
            known = json.loads(path.read_text("utf-8"))
        missing = [x.username for x in LOGINS if x.username not in known]
        if missing:
            known |= {username: _password() for username in missing}
            _write_private(path, json.dumps(known, indent=1))
        return tuple(Account(login=x, password=known[x.username]) for x in LOGINS)

    def write_config(self, *, port: int, credit_url: str) -> Path:
        template = files("screenpop.demo").joinpath("screenpop.demo.yaml")
        text = template.read_text("utf-8")
        text = text.replace("@PORT@", str(port)).replace("@CREDIT_URL@", credit_url)
        self.secret("signing_secret")
        self.secret("credit_token")
        self.config.write_text(text, "utf-8")
        return self.config

    def next_run(self) -> int:
        """Counts runs, so that call ids never repeat in a kept journal."""
        path = self.path / "runs"
        run = int(path.read_text("utf-8")) + 1 if path.exists() else 1
        path.write_text(str(run), "utf-8")
        return run


def account_json(account: Account) -> dict[str, str | None]:
    return {**asdict(account.login), "password": account.password}


def _stamp(seed: int, day: str) -> str:
    return json.dumps({"generation": GENERATION, "seed": seed, "day": day})


def _password() -> str:
    """Two words and some signs: easy to type, not the same in two folders."""
    first, second = secrets.SystemRandom().sample(_WORDS, 2)
    signs = "".join(secrets.choice(_SIGNS) for _ in range(_SIGNS_IN_PASSWORD))
    return f"{first}-{second}-{signs}"


def _write_private(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


@asynccontextmanager
async def opened_users(loaded: Loaded) -> AsyncIterator[Users]:
    """The users of that configuration's store; raises `Unavailable`, `ConfigError`."""
    database = await open_database(loaded, data_dir_of(loaded))
    try:
        yield Users(database)
    finally:
        await database.close()


async def let_in(users: Users, accounts: Sequence[Account]) -> None:
    """Everybody of the demo can log in with the password printed."""
    for account in accounts:
        login = account.login
        if await users.get(login.username) is None:
            await users.create(
                login.username,
                password=account.password,
                name=login.name,
                role=Role(login.role),
                agents=[login.agent] if login.agent else [],
                by="demo",
            )
        elif await users.verify(login.username, account.password) is None:
            await users.set_password(login.username, account.password, by="demo")


async def simulated(users: Users, agents: Iterable[str]) -> list[User]:
    """One user without a password for each simulated agent, active."""
    found = []
    for agent in agents:
        user = await users.get(agent)
        if user is None:
            user = await users.create(agent, password=None, agents=[agent], by="demo")
        elif not user.active:
            user = await users.change(agent, active=True, by="demo")
        found.append(user)
    return found


async def send_home(users: Users, who: Iterable[User]) -> None:
    """Simulated agents may not connect any more; their calls stay in the history."""
    for user in who:
        await users.change(user.username, active=False, by="demo")
