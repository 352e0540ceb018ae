"""How far is a telephone system's clock from this machine's, and is this event late?

An event that carries its own time arrives `delay` after it happened, so that
`received - at = offset + delay` with `delay >= 0`. The smallest difference of the
last minutes is therefore the best estimate of the offset (the clock filter of NTP,
RFC 5905 section 10, takes the sample of least delay for the same reason).

A difference that suddenly grows means a late event or a clock that was set back. It
is the clock's when the time is right again, when it is wrong by more than a day or by
whole quarters of an hour (a time zone), or when the next event says the same.
"""

from __future__ import annotations

from collections import deque

import msgspec

SAMPLES_MAX = 64  # each with more delay than those before it
WINDOW_US = 600_000_000  # a drifting clock is followed within ten minutes
RIGHT_US = 2_000_000  # a clock this near to this machine's is taken for right
STEP_US = 1_000_000  # the correction in use changes in steps of at least this
PROMPT_US = 60_000_000  # more delay than this is not the network's
DAY_US = 86_400_000_000
ZONE_US = 900_000_000  # all time zones lie whole quarters of an hour apart
ZONE_SLACK_US = 5_000_000
AGREE_US = 2_000_000


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """Add `correction_us` to the line's time; it is `age_us` old by our clock."""

    correction_us: int
    age_us: int


class SavedClock(msgspec.Struct, frozen=True, array_like=True):
    """What a snapshot keeps of a clock."""

    correction_us: int
    samples: list[tuple[int, int]]
    suspect: tuple[int, int] | None


class LineClock:
    """The clock of one line, as its events show it."""

    __slots__ = ("_samples", "_suspect", "correction_us")

    def __init__(self) -> None:
        self.correction_us = 0
        # Of the window only those that can still be its least: the least comes first.
        self._samples: deque[tuple[int, int]] = deque(maxlen=SAMPLES_MAX)
        self._suspect: tuple[int, int] | None = None

    @property
    def known(self) -> bool:
        return bool(self._samples)

    @property
    def offset_s(self) -> float:
        """Seconds that the line's clock is ahead of this machine's, or less than 0."""
        return -self._samples[0][1] / 1e6 if self._samples else 0.0

    def saved(self) -> SavedClock:
        return SavedClock(self.correction_us, list(self._samples), self._suspect)

    def restore(self, saved: SavedClock) -> None:
        self.correction_us, self._suspect = saved.correction_us, saved.suspect
        self._samples.extend(saved.samples)

    def judge(self, at_us: int, received_us: int) -> Judgement:
        """What an event's own time means. Changes nothing."""
        difference_us = received_us - at_us
        if not self._reset_by(difference_us):
            samples = self._samples
            least_us = min(difference_us, samples[0][1]) if samples else difference_us
            correction_us = self._step(least_us)
        elif self._late(difference_us, at_us):
            correction_us = self.correction_us
        else:
            correction_us = self._step(difference_us)
        return Judgement(correction_us, difference_us - correction_us)

    def learn(self, at_us: int, received_us: int) -> None:
        """Take one event's time as a sample."""
        difference_us = received_us - at_us
        if self._reset_by(difference_us):
            if self._late(difference_us, at_us):
                self._suspect = (at_us, difference_us)
                return
            self._samples.clear()
        self._suspect = None
        while self._samples and received_us - self._samples[0][0] > WINDOW_US:
            self._samples.popleft()
        while self._samples and self._samples[-1][1] >= difference_us:
            self._samples.pop()
        self._samples.append((received_us, difference_us))
        self.correction_us = self._step(self._samples[0][1])

    def _step(self, least_us: int) -> int:
        if abs(least_us) <= RIGHT_US:
            return 0
        if abs(least_us - self.correction_us) < STEP_US:
            return self.correction_us
        return least_us

    def _reset_by(self, difference_us: int) -> bool:
        """Is the clock another one than the samples show?"""
        if not self._samples:
            return False
        return difference_us - self._samples[0][1] > PROMPT_US

    def _late(self, difference_us: int, at_us: int) -> bool:
        """Where `_reset_by`: did the event come late, and the clock is the same?"""
        if abs(difference_us) <= PROMPT_US or difference_us >= DAY_US:
            return False
        excess_us = difference_us - self._samples[0][1]
        beyond_zone_us = (excess_us + ZONE_SLACK_US) % ZONE_US
        if excess_us >= ZONE_US - ZONE_SLACK_US and beyond_zone_us <= 2 * ZONE_SLACK_US:
            return False
        if self._suspect is None:
            return True
        suspect_at_us, suspect_us = self._suspect
        return at_us == suspect_at_us or abs(difference_us - suspect_us) > AGREE_US
