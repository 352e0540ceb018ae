"""How is an ARI WebSocket kept, and caught up after a gap?

    connect (this logs in) -> fetch channels, bridges, devices beside -> read for ever

Frames are read while the lists are fetched: the switch drops a slow reader. A call
that the dialplan hands to our application is handed back at once.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException

from screenpop.domain.call import CallEvent
from screenpop.intake.streams.ari_events import AriEvents, Json
from screenpop.intake.streams.base import (
    LoginRefused,
    Stream,
    StreamLost,
    StreamTools,
)
from screenpop.intake.streams.conversation import Address
from screenpop.intake.streams.http_request import basic, request
from screenpop.support.tasks import TaskOwner

log = logging.getLogger(__name__)

FRAME_BYTES_MAX = 1_048_576
LINKS_ASKED_MAX = 500  # channels of which we ask to which call they belong
NO_PRESENTATION = (
    "the switch does not say which numbers are withheld: add"
    " `channelvars = CALLERID(num-pres)` to ari.conf"
)


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

    def hints(self) -> tuple[str, ...]:
        hints = []
        if self.fold.presentation_told is False:
            hints.append(NO_PRESENTATION)
        if self._unlisted:
            hints.append(f"live channels cannot be asked for: {self._unlisted}")
        return tuple(hints)

    @property
    def where(self) -> str:
        return str(self.access.address)

    async def _session(self) -> None:
        owner = TaskOwner(f"stream {self.line}")
        try:
            async with await self._open() as socket:
                self._connected()
                self.fold.ask()
                owner.spawn(self._catch_up(), name=f"catch up {self.line}")
                await self._read(socket, owner)
        except ConnectionClosed as error:
            raise StreamLost(f"{self.access.address}: {error}") from error
        finally:
            await owner.close()

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
        async for data in socket:
            self._heard()
            frame = self._frame(data)
            if frame.get("type") == "StasisStart" and self._ours(frame):
                owner.spawn(self._give_back(frame), name=f"hand back {self.line}")
            kind = str(frame.get("type", "?"))
            await self._hand_on(self._meant(kind, self._decoded(frame)))
        raise StreamLost(f"{self.access.address} closed the connection")

    def _frame(self, data: str | bytes) -> Json:
        try:
            frame = json.loads(data)
        except ValueError:
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

    def _ours(self, frame: Json) -> bool:
        return self._hand_back and frame.get("application") == self.access.app

    async def _give_back(self, frame: Json) -> None:
        """The caller goes on in the dialplan, behind `Stasis()`."""
        channel = frame.get("channel")
        uid = channel.get("id") if isinstance(channel, dict) else None
        if not isinstance(uid, str):
            return
        try:
            await self._fetch("POST", f"/channels/{quote(uid, safe='')}/continue")
        except StreamLost as error:
            self._say(f"{self.line}: a caller cannot be handed back: {error}")

    # -- after a gap ----------------------------------------------------------

    async def _catch_up(self) -> None:
        try:
            channels = await self._list("/channels")
            bridges = await self._list("/bridges")
            links = await self._links(channels)
            devices = await self._list("/deviceStates")
        except StreamLost as error:
            self._unlisted = str(error)
            return
        self._unlisted = None
        self.counters["synchronised"] += 1
        known, now_us = self.tools.known_calls(), self.tools.clock.now_us()
        events = self.fold.listed(channels, bridges, links, known, now_us)
        await self._hand_on(events)
        await self._hand_on(self.fold.devices_listed(devices, now_us))

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
            raise StreamLost(f"`{path}` is no list")
        return [each for each in body if isinstance(each, dict)]

    async def _fetch(self, method: str, path: str) -> object:
        """The JSON behind `/ari…`; None when there is nothing of that name."""
        access = self.access
        status, body = await request(
            access.address,
            method,
            f"{access.prefix}/ari{path}",
            access.authorization,
            self.tools.limits,
        )
        if status == 404:
            return None
        if status >= 300:
            raise StreamLost(f"{method} {path} is answered {status}")
        try:
            return json.loads(body) if body else None
        except ValueError as error:
            raise StreamLost(f"`{path}` is no JSON") from error
