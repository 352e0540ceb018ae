"""A mail server for one test: takes what comes, or refuses it."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    port: int = 0
    refuses: bool = False
    bids_farewell: bool = True  # else the line is cut at QUIT
    asked: int = 0
    log_ins: list[list[str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    messages: list[EmailMessage] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.asked += 1
        writer.write(b"421 busy\r\n" if self.refuses else b"220 mail\r\n")
        while not self.refuses and (line := await reader.readline()):
            verb = line.decode().strip()
            self.commands.append(verb)
            if verb.upper().startswith("EHLO"):
                writer.write(b"250-mail\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n")
            elif verb.upper().startswith("AUTH PLAIN"):
                given = base64.b64decode(verb.split()[-1]).decode()
                self.log_ins.append(given.split("\0")[1:])
                writer.write(b"235 welcome\r\n")
            elif verb.upper() == "DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                message = message_from_bytes(data[:-5], policy=policy.default)
                assert isinstance(message, EmailMessage)
                self.messages.append(message)
                self.arrived.set()
                writer.write(b"250 taken\r\n")
            elif verb.upper() == "STARTTLS":
                writer.write(b"454 no TLS here\r\n")
            elif verb.upper() == "QUIT":
                writer.write(b"221 bye\r\n" if self.bids_farewell else b"")
                break
            else:
                writer.write(b"250 ok\r\n")
        writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    mail = MailServer()
    server = await asyncio.start_server(mail.serve, "127.0.0.1", 0, limit=2**24)
    mail.port = server.sockets[0].getsockname()[1]
    async with server:
        yield mail
