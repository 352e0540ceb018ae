"""With which secret of the machine are the keys of persons wrapped?

It stands in a file, apart from the store: who has a copy of the store alone can
neither read a record nor find a person in the table of keys.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from screenpop.domain.errors import ConfigError
from screenpop.journal.key_tree import Place, TreeId
from screenpop.support.private import private_file, private_folder

FILE_NAME = "personal.key"
KEY_BYTES = 32
NONCE_BYTES = 12


class MasterKey:
    """Wraps the secrets of key trees, and names persons without saying who they are."""

    def __init__(self, key: bytes):
        self.bytes = key
        self._wrapping = AESGCM(_derived(key, b"wrap"))
        self._naming = _derived(key, b"name")
        self._marking = _derived(key, b"mark")

    def wrap(self, tree: TreeId, place: Place, secret: bytes) -> str:
        nonce = os.urandom(NONCE_BYTES)
        return (nonce + self._wrapping.encrypt(nonce, secret, _name(tree, place))).hex()

    def unwrap(self, tree: TreeId, place: Place, text: str) -> bytes:
        """Raises `ConfigError` when another master key wrapped it."""
        data = bytes.fromhex(text)
        try:
            return self._wrapping.decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], _name(tree, place)
            )
        except InvalidTag:
            raise ConfigError(
                "privacy.key_file: the store's keys of persons were wrapped with"
                " another key. All nodes need the same file: copy the first node's, or"
                " put the file back from its own backup."
            ) from None

    def name(self, kind: str, text: str) -> str:
        """A name for a person that only this key can compute: 32 hexadecimal digits."""
        data = f"{kind}:{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._naming, data, hashlib.sha256)[:16].hex()

    @property
    def fingerprint(self) -> str:
        """Says which key it is, and nothing else of it."""
        return self.name("key", "fingerprint")

    def mark(self, call: str, text: str) -> int:
        """0 to 15: differs between two numbers of one call, names neither."""
        data = f"{call}:{text}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(data, key=self._marking, digest_size=1).digest()[0] & 15


def read_master_key(path: Path) -> MasterKey:
    """Read the file, making it at the first start. Raises `ConfigError`."""
    try:
        private_folder(path.parent, tighten=False)
        _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"cannot keep the key of personal data in {path}: {error.strerror}. Make"
            " the folder writable for the service, or name another file:"
            " privacy.key_file."
        ) from error
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"privacy.key_file: {path} must hold {KEY_BYTES} random bytes, it has"
            f" {len(key)}. Put the file back from its backup; a new one cannot read"
            " what is stored."
        )
    private_file(path)
    return MasterKey(key)


def _make(path: Path) -> None:
    """Whole or not at all; one that is there stays."""
    if path.exists():
        return
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as to:
        to.write(secrets.token_bytes(KEY_BYTES))
        to.flush()
        os.fsync(to.fileno())
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def _derived(key: bytes, purpose: bytes) -> bytes:
    kdf = HKDF(SHA256(), length=KEY_BYTES, salt=None, info=b"screenpop " + purpose)
    return kdf.derive(key)


def _name(tree: TreeId, place: Place) -> bytes:
    return tree + b":%d:%d" % place
