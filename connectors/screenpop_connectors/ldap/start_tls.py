"""How does TLS begin within a connection to a directory?

python-ldap does not show the certificate of its connection, so that a connection of
our own reads it. RFC 4511, section 4.14.
"""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from pathlib import Path
from urllib.parse import urlsplit

from screenpop.connector import ServerCertificate
from screenpop_connectors.ldap.options import LdapSource

ASK = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037"
RESULT = b"\x0a\x01"  # an enumerated value of one byte follows
ANSWER_BYTES_MAX = 4_096
LDAP_PORT, LDAPS_PORT = 389, 636


def certificate_of(options: LdapSource, folder: Path) -> ServerCertificate | None:
    """None for a directory that is asked without TLS."""
    parts = urlsplit(options.url)
    encrypted = parts.scheme == "ldaps"
    if not (encrypted or options.start_tls):
        return None
    return ServerCertificate(
        parts.hostname or "",
        parts.port or (LDAPS_PORT if encrypted else LDAP_PORT),
        ca_file=folder / options.ca_file if options.ca_file else None,
        start_tls=None if encrypted else start_tls,
    )


async def start_tls(reader: StreamReader, writer: StreamWriter) -> None:
    writer.write(ASK)
    _, length = await reader.readexactly(2)
    if length & 0x80:
        length = int.from_bytes(await reader.readexactly(length & 0x7F), "big")
    answer = await reader.readexactly(min(length, ANSWER_BYTES_MAX))
    if answer.partition(RESULT)[2][:1] != b"\0":
        raise ConnectionError("the directory refuses StartTLS")
