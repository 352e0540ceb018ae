"""A real Radicale (CardDAV) on a free loopback port, over TLS.

Where it is not installed the tests that need it are skipped; in CI they fail.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from real_servers import certify, folder_of, free_port, listens, missing, running

PASSWORD = "field-only"
CONFIG = """
[server]
hosts = 127.0.0.1:{port}
max_connections = 50
ssl = True
certificate = {folder}/server.pem
key = {folder}/server.key
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/data
[web]
type = none
"""


class Radicale:
    """A running server: `url` is the address book of `reader`, `ca_file` its CA."""

    def __init__(self, folder: Path):
        self.port = free_port()
        self.ca_file = folder / "ca.pem"
        self.home = f"https://127.0.0.1:{self.port}/reader/"
        self.url = f"{self.home}book/"
        self._book = folder / "data" / "collection-root" / "reader" / "book"

    def make(self, cards: Mapping[str, str]) -> None:
        """An address book of these cards by file name, before the server starts."""
        self._book.mkdir(parents=True)
        (self._book / ".Radicale.props").write_text(json.dumps({"tag": "VADDRESSBOOK"}))
        for name, card in cards.items():
            (self._book / name).write_text(card, newline="\r\n")


@contextmanager
def radicale_server(cards: Mapping[str, str]) -> Iterator[Radicale]:
    if find_spec("radicale") is None:
        missing("Radicale", "radicale from PyPI")
    with folder_of(None) as folder:
        certify(folder)
        server, config = Radicale(folder), folder / "config"
        server.make(cards)
        (folder / "users").write_text(f"reader:{PASSWORD}\n")
        config.write_text(CONFIG.format(port=server.port, folder=folder))
        command = [sys.executable, "-m", "radicale", "-C", str(config)]
        with running(command, lambda: listens(server.port), log=folder / "log"):
            yield server
