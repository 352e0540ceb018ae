"""Each ring at a person gives exactly one card there, and every card closes."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from push_doubles import Browser, Floor

from screenpop.domain.call import UserId

PHONES = ["1001", "1002", "1003"]
PEOPLE = ["ana", "ben"]
STEPS = 60


class Story:
    """Random calls while people change places; what each must see is noted."""

    def __init__(self, seed: int):
        self.rng = random.Random(seed)
        self.floor = Floor(pops_max=10_000, frames_per_s=100_000)
        self.at = {"ana": "1001", "ben": "1002"}
        self.calls = 0
        self.ringing: dict[str, str] = {}  # call id: telephone
        self.talking: dict[str, str] = {}
        self.rung: Counter[tuple[str, str]] = Counter()  # (person, call id): cards due

    def at_phone(self, phone: str) -> list[str]:
        return [name for name, place in self.at.items() if place == phone]

    def step(self) -> None:
        self.rng.choice([self.ring, self.answer, self.hold, self.hang_up, self.move])()

    def ring(self) -> None:
        self.calls += 1
        call, phone = f"c-{self.calls}", self.rng.choice(PHONES)
        self.floor.tell("alerting", call, phone)
        self.ringing[call] = phone
        for name in self.at_phone(phone):
            self.rung[name, call] += 1

    def answer(self) -> None:
        if not self.ringing:
            return
        call, phone = self.ringing.popitem()
        self.floor.tell("answered", call, phone)
        self.talking[call] = phone
        for name in self.at_phone(phone):
            if (name, call) not in self.rung:  # came to the telephone while it rang
                self.rung[name, call] += 1

    def hold(self) -> None:
        if self.talking:
            call, phone = self.rng.choice(list(self.talking.items()))
            self.floor.tell(self.rng.choice(["held", "resumed"]), call, phone)

    def hang_up(self) -> None:
        for calls in (self.talking, self.ringing):
            if calls:
                call, _ = calls.popitem()
                self.floor.tell("ended", call)
                return

    def move(self) -> None:
        """To a free telephone, or the two people swap theirs."""
        name, other = self.rng.sample(PEOPLE, 2)
        free = [phone for phone in PHONES if phone not in self.at.values()]
        if self.rng.random() < 0.5:
            self.at[name], self.at[other] = self.at[other], self.at[name]
        else:
            self.at[name] = self.rng.choice(free)
        for each in PEOPLE:  # an administrator takes both away first
            self.floor.move(each)
        for each in PEOPLE:
            self.floor.move(each, self.at[each])

    def over(self) -> None:
        for call in (*self.ringing, *self.talking):
            self.floor.tell("ended", call)


def cards(browser: Browser) -> tuple[Counter[str], Counter[str]]:
    opened = Counter(f["call_id"] for f in browser.named("pop.opened"))
    closed = Counter(f["call_id"] for f in browser.named("pop.closed"))
    return opened, closed


@pytest.mark.parametrize("seed", range(40))
async def test_every_ring_is_one_card_of_who_is_there_and_it_closes(seed: int) -> None:
    story = Story(seed)
    browsers = {name: await story.floor.sign_in(name) for name in PEOPLE}
    for _ in range(STEPS):
        story.step()
    story.over()
    for name, browser in browsers.items():
        due = Counter({c: n for (who, c), n in story.rung.items() if who == name})
        opened, closed = cards(browser)
        assert opened == due
        assert closed == due
        assert story.floor.desk.open_pops.get(UserId(name), {}) == {}
