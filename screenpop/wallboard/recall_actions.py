"""What did people do to rows of the recall list, and what did they promise?

Actions by call, of two kinds, each kept for `calls_max` calls. Of calls without an open
promise the one that was untouched for longest leaves. Of calls with one, the promise
that is due last leaves: what is due soonest stays.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Iterable

from screenpop.domain.call import CallKey
from screenpop.domain.recall import Doing, RecallAction

ACTIONS_ON_ONE_MAX = 200  # newest actions on one attempt

OrderedAction = tuple[int, RecallAction]
"""An action and its place: the offset; below 0 for one that left the journal."""
Actions = dict[str, OrderedAction]


class RecallActions:
    def __init__(self, calls_max: int):
        self._calls_max = calls_max
        self._plain: OrderedDict[CallKey, Actions] = OrderedDict()
        self._promised: dict[CallKey, Actions] = {}
        self._due: list[tuple[int, CallKey]] = []  # of `_promised`, in order
        self._due_us: dict[CallKey, int] = {}

    def add(self, place: int, action: RecallAction) -> CallKey | None:
        """Whose promise had to leave for it, if any."""
        key = action.key
        mine = self._promised.get(key)
        if mine is None:
            mine = self._plain.setdefault(key, {})
        mine[action.action_id] = (place, action)
        if len(mine) > ACTIONS_ON_ONE_MAX:
            del mine[next(iter(mine))]
        if action.do is Doing.PROMISE:
            self.forget(key)
            self._file(key, mine)
        if len(self._plain) > self._calls_max:
            self._plain.popitem(last=False)
        if len(self._due) > self._calls_max:
            _, last = self._due[-1]
            self.forget(last)
            return last
        return None

    def forget(self, key: CallKey) -> None:
        self._plain.pop(key, None)
        if self._promised.pop(key, None) is not None:
            due_us = self._due_us.pop(key)
            del self._due[bisect_left(self._due, (due_us, key))]

    def due_us(self, keys: Iterable[CallKey]) -> int:
        """When the last of their open promises is due; 0 without one."""
        return max((self._due_us.get(key, 0) for key in keys), default=0)

    def has_promise(self, keys: Iterable[CallKey]) -> bool:
        return bool(self._due) and not self._due_us.keys().isdisjoint(keys)

    def on(self, keys: Iterable[CallKey]) -> list[RecallAction]:
        """In the journal's order."""
        found = [
            each
            for key in keys
            for each in (self._promised.get(key) or self._plain.get(key, {})).values()
        ]
        return [action for _, action in sorted(found, key=_order)]

    def all(self) -> list[OrderedAction]:
        """As `add` takes them again."""
        kept = (*self._plain.values(), *self._promised.values())
        return [each for actions in kept for each in actions.values()]

    def _file(self, key: CallKey, mine: Actions) -> None:
        """By its newest promise: one that was taken back is none."""
        made = [each for each in mine.values() if each[1].do is Doing.PROMISE]
        newest = max(made, key=_order)[1] if made else None
        if newest is not None and newest.until_us:
            self._promised[key] = mine
            self._due_us[key] = newest.until_us
            insort(self._due, (newest.until_us, key))
        else:
            self._plain[key] = mine


def _order(action: OrderedAction) -> tuple[int, str]:
    return action[0], action[1].action_id
