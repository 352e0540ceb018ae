"""How is an ARI WebSocket kept, and caught up after a gap?

    connect (this logs in) -> fetch channels, bridges, devices beside -> read for ever

Frames are read while the lists are fetched: the switch drops a slow reader. A call
that the dialplan hands to our application is handed back at once.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    ConnectionClosedOK,
    InvalidStatus,
    WebSocketException,
)

from screenpop.domain.call import CallEvent
from screenpop.domain.errors import BadInput
from screenpop.domain.profile import Json
from screenpop.intake.bodies import read_json
from screenpop.intake.streams.ari_events import (
    PRESENTATION,
    AriEvents,
    in_application,
)
from screenpop.intake.streams.base import (
    LoginRefused,
    Stream,
    StreamLost,
    StreamTools,
    TakenOver,
)
from screenpop.intake.streams.conversations import Address
from screenpop.intake.streams.http_request import basic, request
from screenpop.intake.streams.presentation import (
    PATIENCE_S,
    PRESENTATION_HINT,
    PRESENTATION_REFUSED,
    Presentations,
)
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

FRAME_BYTES_MAX = 1_048_576
LINKS_ASKED_MAX = 500  # channels of which we ask to which call they belong
CATCH_UPS_MAX = 10  # tries to get the lists, per connection
NO_LONGER_OURS = (404, 409)  # the channel is gone, or not in our application any more
PLACES_ASKED_MAX = 1000  # places in queues of which we ask whether they are paused


@dataclass(frozen=True, slots=True, kw_only=True)
class AriAccess:
    """Where the REST interface is, and who we are there."""

    address: Address
    username: str
    password: str
    app: str = "screenpop"
    prefix: str = ""

    @property
    def events(self) -> str:
        scheme = "wss" if self.address.tls else "ws"
        query = urlencode({"app": self.app, "subscribeAll": "true"})
        return f"{scheme}://{self.address}{self.prefix}/ari/events?{query}"

    @property
    def authorization(self) -> str:
        return basic(self.username, self.password)


class AriStream(Stream):
    """`asterisk_ari`."""

    dialect = "asterisk_ari"

    def __init__(
        self,
        line: str,
        tools: StreamTools,
        *,
        access: AriAccess,
        fold: AriEvents,
        hand_back: bool = True,
    ):
        super().__init__(line, tools)
        self.access = access
        self.fold = fold
        self._hand_back = hand_back
        self._unlisted: str | None = None
        self._queues_asked: int | None = None  # names known then; None: not asked yet
        self._presentations = Presentations(fold.board)

    def hints(self) -> tuple[str, ...]:
        hints = []
        if self.fold.presentation_told is False:
            asked = self._presentations.are_told
            hint = PRESENTATION_HINT if asked else PRESENTATION_REFUSED
            hints.append(hint.format(file="ari.conf"))
        if (behind := self.behind()) is not None:
            hints.append(behind)
        return tuple(hints)

    def behind(self) -> str | None:
        if self._unlisted is None:
            return None
        return f"live channels cannot be asked for: {self._unlisted}"

    @property
    def where(self) -> str:
        return str(self.access.address)

    async def _session(self) -> None:
        owner = TaskOwner(f"stream {self.line}")
        try:
            async with await self._open() as socket:
                self._connected()
                self._presentations.connected()
                self._queues_asked = None
                owner.spawn(self._catch_up(owner), name=f"catch up {self.line}")
                await self._read(socket, owner)
        except ConnectionClosed as error:
            raise StreamLost(f"{self.access.address}: {error}") from error
        finally:
            await owner.close()
            self._presentations.lost()
            await self._hand_on(self._presentations.ready())

    async def _open(self) -> ClientConnection:
        limits, access = self.tools.limits, self.access
        try:
            return await connect(
                access.events,
                additional_headers={"Authorization": access.authorization},
                ssl=access.address.ssl,
                open_timeout=limits.connect_s,
                ping_interval=limits.silence_s,
                ping_timeout=limits.answer_s,
                close_timeout=1,
                max_size=FRAME_BYTES_MAX,
                compression=None,
                proxy=None,
            )
        except InvalidStatus as error:
            raise self._refused(error.response.status_code) from error
        except (WebSocketException, OSError, TimeoutError) as error:
            why = str(error) or f"no answer in {limits.connect_s:g} s"
            raise StreamLost(f"cannot connect to {access.address}: {why}") from error

    def _refused(self, status: int) -> StreamLost:
        access = self.access
        if status in (401, 403):
            return LoginRefused(
                f"{access.address} refuses the user `{access.username}` ({status})."
                " Compare username and password with ari.conf"
            )
        return StreamLost(
            f"{access.address} answers {status}: is `enabled = yes` in http.conf and"
            " ari.conf, and the prefix right?"
        )

    # -- reading --------------------------------------------------------------

    async def _read(self, socket: ClientConnection, owner: TaskOwner) -> None:
        async for data in _frames(socket):
            self._heard()
            frame = self._frame(data)
            if frame.get("type") == "StasisStart" and self._hands_over(frame):
                owner.spawn(self._give_back(frame), name=f"hand back {self.line}")
            kind = str(frame.get("type", "?"))
            if kind == "ApplicationReplaced" and self._is_of_our_app(frame):
                raise TakenOver(self._taken_over())
            await self._tell(self._meant(kind, self._decoded(frame)), owner)
            if self._queues_asked is not None and self.fold.queues > self._queues_asked:
                self._queues_asked = None
                owner.spawn(self._learn_places(), name=f"places of {self.line}")
        raise StreamLost(f"{self.access.address} closed the connection")

    def _frame(self, data: bytes) -> Json:
        try:
            frame = read_json(data)
        except BadInput:
            frame = None
        if not isinstance(frame, dict):
            self.counters["undecodable"] += 1
            return {}
        return frame

    def _decoded(self, frame: Json) -> list[CallEvent]:
        try:
            return self.fold.decode(frame, self.tools.clock.now_us())
        except Exception:
            self.counters["undecodable"] += 1
            kind = frame.get("type")
            log.exception("%s: a frame `%s` cannot be decoded", self.line, kind)
            return []

    def _hands_over(self, frame: Json) -> bool:
        return self._hand_back and self._is_of_our_app(frame)

    def _is_of_our_app(self, frame: Json) -> bool:
        return frame.get("application") == self.access.app

    def _taken_over(self) -> str:
        """The switch leaves the socket open and says nothing more on it."""
        return (
            f"{self.access.address}: another connection took over the application"
            f" `{self.access.app}`. One listener is enough for all nodes of one"
            " journal; give other programs an `app` of their own"
        )

    async def _give_back(self, frame: Json) -> None:
        """The caller goes on in the dialplan, behind `Stasis()`."""
        channel = frame.get("channel")
        uid = channel.get("id") if isinstance(channel, dict) else None
        if not isinstance(uid, str):
            return
        path = f"/channels/{quote(uid, safe='')}/continue"
        try:
            status, _ = await self._request("POST", path)
        except StreamLost as error:
            self._say(f"{self.line}: a caller cannot be handed back: {error}")
            return
        if status >= 300 and status not in NO_LONGER_OURS:
            self._say(f"{self.line}: a caller cannot be handed back: answered {status}")

    # -- numbers that are withheld --------------------------------------------

    async def _tell(self, events: list[CallEvent], owner: TaskOwner) -> None:
        """Hand on what need not wait; about the others the switch is asked."""
        if self.fold.presentation_told is not False:
            await self._hand_on(events)
            return
        for call_id in self._presentations.questions(events):
            owner.spawn(self._ask_for(call_id), name=f"ask for {call_id}")
            owner.spawn(self._wait_for(call_id), name=f"presentation {call_id}")
        await self._hand_on(self._presentations.ready())

    async def _ask_for(self, call_id: str) -> None:
        try:
            path = f"/channels/{quote(call_id, safe='')}/variable"
            status, body = await self._request("GET", f"{path}?variable={PRESENTATION}")
        except StreamLost:
            return  # not waited for longer than `PATIENCE_S`
        said = _json_object(body)
        if status == 200 and isinstance(said.get("value"), str):
            self._presentations.answered(call_id, str(said["value"]))
        else:
            gone = status == 404 and "message" in said
            self._presentations.refused(call_id, for_good=not gone)
        await self._hand_on(self._presentations.ready())

    async def _wait_for(self, call_id: str) -> None:
        await self.tools.sleep(PATIENCE_S)
        self._presentations.unanswered(call_id)
        await self._hand_on(self._presentations.ready())

    # -- after a gap ----------------------------------------------------------

    async def _catch_up(self, owner: TaskOwner) -> None:
        """Ask for everything that is live, again when it cannot be had."""
        for failures in range(CATCH_UPS_MAX):
            try:
                self.fold.ask()
                await self._catch_up_calls(owner)
                self._unlisted = None
                await self._catch_up_agents()
            except StreamLost as error:
                self._unlisted = str(error)
            except Exception as error:
                log.exception("%s: the lists cannot be read", self.line)
                self._unlisted = f"internal error ({type(error).__name__})"
            if self._unlisted is None:
                return
            await self.tools.sleep(self._pause_s(failures, refused=False))

    async def _catch_up_calls(self, owner: TaskOwner) -> None:
        channels = await self._list("/channels")
        bridges = await self._list("/bridges")
        links = await self._links(channels)
        known, now_us = list(self.tools.known_calls()), self.tools.clock.now_us()
        events = self.fold.listed(channels, bridges, links, known, now_us)
        self.counters["synchronised"] += 1
        await self._tell(events, owner)
        for channel in channels:  # given to us while we did not listen
            if self._hand_back and in_application(channel, self.access.app):
                owner.spawn(
                    self._give_back({"channel": channel}),
                    name=f"hand back {self.line}",
                )

    async def _learn_places(self) -> None:
        """A queue was heard of: who is on a break there?"""
        try:
            await self._catch_up_agents()
        except StreamLost as error:
            self._say(f"{self.line}: breaks cannot be asked for: {error}")

    async def _catch_up_agents(self) -> None:
        """Who is reachable, and on a break; the switch lists no places in queues."""
        devices = await self._list("/deviceStates")
        endpoints = await self._optional_list("/endpoints")
        queues = [call.queue for call in self.tools.known_calls()]
        names = self.fold.places(endpoints, queues)[:PLACES_ASKED_MAX]
        self._queues_asked = self.fold.queues
        for name in names:
            device = await self._fetch("GET", f"/deviceStates/{quote(name, safe=':')}")
            if isinstance(device, dict):
                devices.append(device)
        now_us = self.tools.clock.now_us()
        await self._hand_on(self.fold.devices_listed(devices, endpoints, now_us))

    async def _links(self, channels: list[Json]) -> dict[str, str]:
        links = {}
        for uid in self.fold.unlinked(channels)[:LINKS_ASKED_MAX]:
            path = f"/channels/{quote(uid, safe='')}/variable"
            body = await self._fetch("GET", f"{path}?variable=CHANNEL(linkedid)")
            value = body.get("value") if isinstance(body, dict) else None
            if isinstance(value, str):
                links[uid] = value
        return links

    async def _list(self, path: str) -> list[Json]:
        body = await self._fetch("GET", path)
        if not isinstance(body, list):
            raise StreamLost(f"`{path}` is not a list")
        return [each for each in body if isinstance(each, dict)]

    async def _optional_list(self, path: str) -> list[Json]:
        """Empty where this module of the switch is not loaded."""
        body = await self._fetch("GET", path)
        listed = body if isinstance(body, list) else []
        return [each for each in listed if isinstance(each, dict)]

    async def _fetch(self, method: str, path: str) -> object:
        """The JSON behind `/ari…`; None when there is nothing of that name."""
        status, body = await self._request(method, path)
        if status == 404:
            return None
        if status >= 300:
            raise StreamLost(f"{method} {path} is answered {status}")
        try:
            return read_json(body) if body else None
        except BadInput as error:
            raise StreamLost(f"`{path}` is not JSON") from error

    async def _request(self, method: str, path: str) -> tuple[int, bytes]:
        access = self.access
        return await request(
            access.address,
            method,
            f"{access.prefix}/ari{path}",
            access.authorization,
            self.tools.limits,
        )


async def _frames(socket: ClientConnection) -> AsyncIterator[bytes]:
    """Each frame as bytes: one that is not UTF-8 does not end the connection."""
    with suppress(ConnectionClosedOK):
        while True:
            data = await socket.recv(decode=False)
            yield data if isinstance(data, bytes) else data.encode()


def _json_object(body: bytes) -> dict[str, object]:
    try:
        value = read_json(body)
    except BadInput:
        return {}
    return value if isinstance(value, dict) else {}
