"""Which key encrypts a record, and does it still exist?

A key belongs to a person: to the number that calls, or to the call where no number is
known. This process takes its keys from a tree of its own, which the store holds before
the first record is written, so that a new caller needs no write. Which keys a person
has (`links`) is written soon after, and again on each day on which they are used; it
can be read again from the records themselves. Keys that were not used for long are
destroyed (`PersonKeys.expire`): this process stops using them before.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TypeVar

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from screenpop.domain.call import CallEvent, CallKey
from screenpop.domain.errors import Unavailable
from screenpop.journal.key_tree import LEAVES, KeyId, KeyTree, TreeId
from screenpop.journal.master_key import MasterKey
from screenpop.journal.records import ActionRecord, AnswersRecord, EventRecord, Record

KEYS_MAX = 30_000  # callers in memory
CIPHERS_MAX = 2_000  # ready for use: 2.5 KB each, and 3 µs to make
LINKS_MAX = 200_000
DAY_S = 24 * 3600.0
LINKED_AGAIN_S = DAY_S
REUSE_S = 30 * DAY_S

K = TypeVar("K")
V = TypeVar("V")
Link = tuple[str, KeyId]
"""A person's name by `MasterKey.name`, and one of their keys."""


class KeyRing:
    """The keys of this process, in memory."""

    def __init__(
        self,
        master: MasterKey,
        number_of: Callable[[CallEvent], str | None] = lambda event: event.caller,
        keys_max: int = KEYS_MAX,
        reuse_s: float = REUSE_S,
        now_s: Callable[[], float] = time.monotonic,
    ):
        """`number_of` reads the outside party's number of an event in E.164.

        A key that was not used for `reuse_s` is not used again.
        """
        self.master = master
        self.number_of = number_of
        self.number_of_call: Callable[[CallKey], str | None] = lambda key: None
        """The number of the customer whom a call is about, as the folds know it."""
        self.trees: Mapping[TreeId, KeyTree] = {}
        self.links: dict[Link, None] = {}  # that the store does not hold yet
        self.unlinked = 0  # links that found no room
        self.missing = 0  # records whose tree the store does not hold
        self._lock = threading.RLock()  # journals are read in threads
        self._tree: TreeId | None = None
        self._next = 0
        self._ciphers: _Newest[KeyId, AESGCM] = _Newest(min(CIPHERS_MAX, keys_max))
        self._secrets: _Newest[KeyId, bytes] = _Newest(keys_max)
        self._persons: _Newest[str, KeyId] = _Newest(keys_max)
        self._numbers: _Newest[str, KeyId] = _Newest(keys_max)  # quicker than a name
        self._calls: _Newest[CallKey, KeyId] = _Newest(keys_max)
        self._linked: _Newest[Link, float] = _Newest(2 * keys_max)
        self._used: _Newest[KeyId, float] = _Newest(2 * keys_max)
        self._reuse_s = reuse_s
        self._now_s = now_s

    def begin(self, tree: TreeId, trees: Mapping[TreeId, KeyTree]) -> None:
        """Take new keys from `tree`, which the store holds and no one else uses."""
        self._tree, self._next = tree, 0
        self.replace(trees)

    def replace(self, trees: Mapping[TreeId, KeyTree]) -> None:
        """The trees as the store has them now."""
        with self._lock:
            self.trees = trees
            self._ciphers.clear()
            self._secrets.clear()

    # -- Which key

    def key_for(self, record: Record) -> KeyId:
        """The key of the person of whom a record speaks.

        Raises `Unavailable` before the store was read.
        """
        with self._lock:
            if isinstance(record, EventRecord):
                return self._of_event(record.event)
            call = _call_of(record)
            number = self.number_of_call(call)
            if number is not None:
                return self._of_number(call, number)
            key = self._calls.get(call)
            return self._of_call(call) if key is None else key

    def key_of(self, person: str) -> KeyId:
        """A key of whom or what `MasterKey.name` names, linked to that name."""
        with self._lock:
            return self._of(person)

    def adopt(self, keys: Mapping[str, KeyId]) -> None:
        """Go on with these keys of persons: the store has them already."""
        with self._lock:
            for person, key in keys.items():
                self._persons.put(person, key)
                self._linked.put((person, key), self._now_s())
                self._used.put(key, self._now_s())

    def _of_event(self, event: CallEvent) -> KeyId:
        call = (event.line, event.call_id, event.occurrence)
        number = self.number_of(event)
        if number is not None:
            return self._of_number(call, number)
        key = self._calls.get(call)
        return self._of_call(call) if key is None else key

    def _of_number(self, call: CallKey, number: str) -> KeyId:
        key = self._numbers.get(number)
        if key is None or self._unused_s(key) >= LINKED_AGAIN_S:
            key = self._of(self.master.name("number", number))
            self._numbers.put(number, key)
        before = self._calls.get(call)
        if before != key:
            if before is not None:  # written before the number was known
                self.link(self.master.name("number", number), before)
            self._calls.put(call, key)
        return key

    def _of_call(self, call: CallKey) -> KeyId:
        key = self._of(self.master.name("call", "/".join(map(str, call))))
        self._calls.put(call, key)
        return key

    def _of(self, person: str) -> KeyId:
        key = self._persons.get(person)
        if key is None or self._unused_s(key) >= self._reuse_s:
            key = self._new()
            self._persons.put(person, key)
        self.link(person, key)
        return key

    def _unused_s(self, key: KeyId) -> float:
        """Since its use was last noted; infinite for a key that is not known."""
        used_s = self._used.get(key)
        return float("inf") if used_s is None else self._now_s() - used_s

    def _new(self) -> KeyId:
        if self._tree is None or self._next >= LEAVES:
            raise Unavailable(
                "there are no keys for personal data: the store was not read. Check"
                " the store; restart the service."
            )
        key = (self._tree, self._next)
        self._next += 1
        return key

    # -- What the store must know

    def link(self, person: str, key: KeyId) -> None:
        link, now_s = (person, key), self._now_s()
        before_s = self._linked.get(link)
        if before_s is not None and now_s - before_s < LINKED_AGAIN_S:
            return
        self._used.put(key, now_s)
        if len(self.links) >= LINKS_MAX:
            self.unlinked += 1
            return
        self._linked.put(link, now_s)
        self.links[link] = None

    def kept(self, links: Iterable[Link]) -> None:
        """The store holds these."""
        with self._lock:
            for link in links:
                self.links.pop(link, None)

    def waiting(self, limit: int) -> list[Link]:
        """The oldest links that the store does not hold."""
        with self._lock:
            return list(islice(self.links, limit))

    def learn(self, record: Record, key: KeyId) -> None:
        """A record of this or another process was read: go on with its key."""
        with self._lock:
            if not isinstance(record, EventRecord):
                self._calls.put(_call_of(record), key)
                return
            event = record.event
            number = self.number_of(event)
            if number is not None and self._numbers.get(number) != key:
                person = self.master.name("number", number)
                self._numbers.put(number, key)
                self._persons.put(person, key)
                self.link(person, key)
            self._calls.put((event.line, event.call_id, event.occurrence), key)

    # -- Using a key

    def cipher(self, key: KeyId) -> AESGCM | None:
        """None: the key was destroyed, or the store does not hold its tree."""
        with self._lock:
            return self._cipher(key)

    def _cipher(self, key: KeyId) -> AESGCM | None:
        cipher = self._ciphers.get(key)
        if cipher is None and (secret := self._secret(key)) is not None:
            cipher = AESGCM(secret)
            self._ciphers.put(key, cipher)
        return cipher

    def _secret(self, key: KeyId) -> bytes | None:
        secret = self._secrets.get(key)
        if secret is not None:
            return secret
        tree = self.trees.get(key[0])
        if tree is None:
            self.missing += 1
            return None
        secret = tree.key(key[1])
        if secret is not None:
            self._secrets.put(key, secret)
        return secret


def _call_of(record: AnswersRecord | ActionRecord) -> CallKey:
    """Of an action about no call: one that no line has."""
    key = record.call_key
    assert key is not None or isinstance(record, ActionRecord)
    return ("", record.key, 0) if key is None else key  # type: ignore[return-value]


class _Newest(OrderedDict[K, V]):
    """A map that forgets what was not put for longest."""

    def __init__(self, entries_max: int):
        super().__init__()
        self._max = entries_max

    def put(self, key: K, value: V) -> None:
        self[key] = value
        self.move_to_end(key)
        if len(self) > self._max:
            self.popitem(last=False)
