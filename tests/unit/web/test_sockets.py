from __future__ import annotations

import asyncio
from typing import Any

import pytest
from web_doubles import user

from screenpop.desk.close_codes import RESTART
from screenpop.domain.agent import UserId
from screenpop.domain.errors import Overloaded
from screenpop.support.metrics import Metrics
from screenpop.web.auth import Identity
from screenpop.web.errors import TooMany
from screenpop.web.sockets import Sockets
from screenpop.web.websocket import Socket

ANA, BEN = (Identity(user(name), None) for name in ("ana", "ben"))


class Wire(asyncio.Transport):
    def __init__(self, socket: Socket, *, answers: bool = True) -> None:
        super().__init__()
        self.socket, self.answers, self.sent = socket, answers, b""
        socket.connection_made(self)

    def write(self, data: Any) -> None:
        self.sent += bytes(data)
        if self.answers and data[0] == 0x88:
            self.socket.connection_lost(None)

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        self.socket.connection_lost(None)


class Doorman:
    def __init__(self) -> None:
        self.unwelcome: set[UserId] = set()

    def __call__(self, who: Identity) -> bool:
        return who.user.username not in self.unwelcome


def sockets(doorman: Doorman, **limits: int) -> Sockets:
    given = {"sessions_max": 10, "per_user_max": 10, "message_bytes_max": 100} | limits
    return Sockets(metrics=Metrics(), still_welcome=doorman, **given)


async def test_places_are_counted_and_given_back() -> None:
    every = sockets(Doorman(), sessions_max=3, per_user_max=2)
    first = every.enter(ANA, "agent")
    every.enter(ANA, "agent")
    with pytest.raises(TooMany, match="2 WebSockets are open for this user"):
        every.enter(ANA, "agent")
    every.enter(BEN, "agent")
    with pytest.raises(Overloaded, match=r"limits\.sessions_max"):
        every.enter(BEN, "agent")
    every.leave(first)
    every.leave(first)  # twice does no harm
    every.enter(BEN, "agent")
    assert len(every) == 3


async def test_a_sweep_parts_with_the_silent_ones() -> None:
    every = sockets(Doorman())
    silent, alive = every.enter(ANA, "agent"), every.enter(BEN, "agent")
    Wire(silent), Wire(alive)
    every.sweep(list(every))
    alive.data_received(b"\x8a\x80\x00\x00\x00\x00")
    every.sweep(list(every))
    assert list(every) == [alive]


async def test_a_sweep_frees_what_closed_and_was_never_answered() -> None:
    every = sockets(Doorman())
    socket = every.enter(ANA, "agent")
    Wire(socket, answers=False)
    socket.say_goodbye(4408, "too slow")
    every.sweep([socket])
    assert len(every) == 1
    every.sweep([socket])
    assert len(every) == 0


async def test_a_sweep_parts_with_those_whose_session_ended() -> None:
    doorman = Doorman()
    every = sockets(doorman)
    ana, ben = every.enter(ANA, "agent"), every.enter(BEN, "agent")
    wire, _ = Wire(ana), Wire(ben)
    doorman.unwelcome.add(UserId("ana"))
    every.sweep(list(every))
    assert wire.sent[-14:] == b"\x11\x31log in again"
    assert list(every) == [ben]


async def test_a_stop_does_not_wait_for_those_that_do_not_answer() -> None:
    every = sockets(Doorman())
    polite = Wire(every.enter(ANA, "agent"))
    rude = Wire(every.enter(BEN, "agent"), answers=False)
    await every.close_all(RESTART, within_s=0.01)
    assert len(every) == 0
    assert polite.sent[2:4] == rude.sent[2:4] == (1012).to_bytes(2, "big")
