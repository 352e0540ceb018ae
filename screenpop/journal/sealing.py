"""How does a record travel as bytes, when what is personal in it is encrypted?

    1 byte 0x01 | tree 8 | leaf 4 | nonce 12 | length of the clear part 4 | clear | rest

`clear` is JSON as ever: the record as it reads when its person is erased. The rest is
the personal part, AES-256-GCM with the person's key; the 29 bytes before and the clear
part are authenticated with it. A record that begins with `{` has no encrypted part.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable

from cryptography.exceptions import InvalidTag

from screenpop.journal.key_ring import KeyRing
from screenpop.journal.key_tree import TREE_BYTES, KeyId, TreeId
from screenpop.journal.master_key import NONCE_BYTES
from screenpop.journal.personal import joined, number_text, split
from screenpop.journal.records import EventRecord, Record, decode, encode

SEALED = b"\x01"
_LEAF = slice(1 + TREE_BYTES, 5 + TREE_BYTES)
_NONCE = slice(_LEAF.stop, _LEAF.stop + NONCE_BYTES)
_LENGTH = slice(_NONCE.stop, _NONCE.stop + 4)
_HEAD = _LENGTH.stop


class RecordCodec:
    """Records as plain JSON."""

    def encode(self, record: Record) -> bytes:
        return encode(record)

    def decode(self, kind: str, body: bytes) -> Record:
        """Raises `ValueError` when the bytes are not a record of that kind."""
        return _clear(kind, body)[0]

    async def prepare(self, bodies: Iterable[bytes]) -> None:
        """Before `decode`: get what it needs. Raises `Unavailable`."""

    def seal(self, body: bytes) -> bytes:
        """A snapshot as it is stored."""
        return body

    def unseal(self, body: bytes) -> bytes | None:
        """None: its key was destroyed, because it held somebody who was erased."""
        return None if body[:1] == SEALED else body


class SealingCodec(RecordCodec):
    """Records whose personal part is encrypted."""

    def __init__(self, ring: KeyRing):
        self.ring = ring
        self.encrypts = True  # False: what is there is read, nothing is encrypted
        self.refresh: Callable[[], Awaitable[None]] | None = None
        """Reads the trees from the store again; raises `Unavailable`."""

    def encode(self, record: Record) -> bytes:
        if not self.encrypts:
            return encode(record)
        clear, personal = split(record, self._mark(record))
        if personal is None:
            return encode(record)
        return self.sealed(self.ring.key_for(record), encode(clear), personal)

    def decode(self, kind: str, body: bytes) -> Record:
        """An erased person's record is the clear part alone."""
        clear, key = _clear(kind, body)
        if key is None:
            return clear
        personal = self._opened(key, body)
        if personal is None:
            return clear
        record = joined(clear, personal)
        self.ring.learn(record, key)
        return record

    async def prepare(self, bodies: Iterable[bytes]) -> None:
        """Another node's tree may be newer than what was read of the store."""
        if self.refresh is None:
            return
        known = self.ring.trees
        for body in bodies:
            if body[:1] == SEALED and _tree(body) not in known:
                await self.refresh()
                return

    def seal(self, body: bytes) -> bytes:
        if not self.encrypts:
            return body
        return self.sealed(self.ring.key_of(self.state_name), b"", body)

    def unseal(self, body: bytes) -> bytes | None:
        if body[:1] != SEALED:
            return body
        return self._opened(_key(body), body)

    @property
    def state_name(self) -> str:
        """To whom the keys of saved states belong: all go with each erasure."""
        return self.ring.master.name("other", "snapshot")

    def opened(self, body: bytes) -> tuple[bytes, bytes | None]:
        """The clear part and the rest; None: its key was destroyed."""
        if body[:1] != SEALED:
            return body, None
        end = _HEAD + int.from_bytes(body[_LENGTH])
        return body[_HEAD:end], self._opened(_key(body), body)

    def _mark(self, record: Record) -> int:
        if not isinstance(record, EventRecord):
            return 0
        text = number_text(record.event)
        if text is None:
            return 0
        return self.ring.master.mark(record.event.call_id, text)

    def sealed(self, key: KeyId, clear: bytes, personal: bytes) -> bytes:
        """One body of both; the clear part alone when the key was destroyed."""
        cipher = self.ring.cipher(key)
        if cipher is None:  # destroyed a moment ago: nothing of it may be stored
            return clear
        nonce = os.urandom(NONCE_BYTES)
        head = b"".join(
            (SEALED, key[0], key[1].to_bytes(4), nonce, len(clear).to_bytes(4), clear)
        )
        return head + cipher.encrypt(nonce, personal, head)

    def _opened(self, key: KeyId, body: bytes) -> bytes | None:
        cipher = self.ring.cipher(key)
        if cipher is None:
            return None
        end = _HEAD + int.from_bytes(body[_LENGTH])
        try:
            return cipher.decrypt(body[_NONCE], body[end:], body[:end])
        except InvalidTag as error:
            raise ValueError("its encrypted part was changed") from error


PLAIN = RecordCodec()


def _clear(kind: str, body: bytes) -> tuple[Record, KeyId | None]:
    if body[:1] != SEALED:
        return decode(kind, body), None
    if len(body) < _HEAD:
        raise ValueError("it is cut")
    end = _HEAD + int.from_bytes(body[_LENGTH])
    return decode(kind, body[_HEAD:end]), _key(body)


def _tree(body: bytes) -> TreeId:
    return TreeId(body[1 : 1 + TREE_BYTES])


def _key(body: bytes) -> KeyId:
    return _tree(body), int.from_bytes(body[_LEAF])
