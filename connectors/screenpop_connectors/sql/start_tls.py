"""How does TLS begin within a connection to a database server?

The drivers do not show the certificate of their connection, so that a connection of our
own reads it, where the URL says that it is checked: elsewhere its end stops nothing.
"""

from __future__ import annotations

import ssl
import struct
from asyncio import StreamReader, StreamWriter
from pathlib import Path

import sqlalchemy as sa

from screenpop.connector import ServerCertificate
from screenpop.support.postgres_url import translated
from screenpop_connectors.sql.mysql import BACKENDS

POSTGRESQL_PORT, MYSQL_PORT = 5432, 3306
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
ERROR = 0xFF
PROTOCOL_41, SSL, SECURE_CONNECTION = 0x200, 0x800, 0x8000
UTF8MB4 = 45
PACKET_BYTES_MAX = 2**24 - 1


def certificate_of(url: sa.URL, folder: Path) -> ServerCertificate | None:
    """None where no certificate is checked. Raises as `translated`."""
    backend, host = url.get_backend_name(), url.host
    if not host or "," in host:
        return None
    if backend == "postgresql" and url.get_driver_name() in ("asyncpg", "psycopg2"):
        context = translated(url.query, folder).connect.get("ssl")
        if not isinstance(context, ssl.SSLContext) or not context.verify_mode:
            return None
        port = url.port or POSTGRESQL_PORT
        return ServerCertificate(host, port, context=context, start_tls=of_postgresql)
    ca_file = url.query.get("ssl_ca")
    if backend in BACKENDS and isinstance(ca_file, str):
        return ServerCertificate(
            host,
            url.port or MYSQL_PORT,
            ca_file=Path(ca_file),
            check_hostname=url.query.get("ssl_check_hostname") in ("true", "1"),
            start_tls=of_mysql,
        )
    return None


async def of_postgresql(reader: StreamReader, writer: StreamWriter) -> None:
    """PostgreSQL documentation, section 54.2.10: SSL session encryption."""
    writer.write(SSL_REQUEST)
    if await reader.readexactly(1) != b"S":
        raise ConnectionError("the server has no TLS")


async def of_mysql(reader: StreamReader, writer: StreamWriter) -> None:
    """MySQL client/server protocol: `Protocol::SSLRequest` after the greeting."""
    head = await reader.readexactly(4)
    greeting = await reader.readexactly(int.from_bytes(head[:3], "little"))
    if greeting[0] == ERROR:
        raise ConnectionError("the server lets no one in")
    flags = PROTOCOL_41 | SSL | SECURE_CONNECTION
    asked = struct.pack("<IIB23x", flags, PACKET_BYTES_MAX, UTF8MB4)
    writer.write(len(asked).to_bytes(3, "little") + b"\x01" + asked)
