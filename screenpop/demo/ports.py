"""Which port is free to listen on?"""

from __future__ import annotations

import errno
import socket

from screenpop.domain.errors import ConfigError

TRIED_MAX = 50
HOST = "127.0.0.1"


def free_port(wanted: int, host: str = HOST) -> int:
    """The wanted port, else the next free one above it; 0 gives any.

    Raises `ConfigError` when none of the next ports can be had.
    """
    last = min(wanted + TRIED_MAX, 65_535) if wanted else 0
    for port in range(wanted, last + 1):
        if (bound := _try(host, port)) is not None:
            return bound
    raise ConfigError(
        f"none of the ports {wanted} to {last} on {host} can be listened on: they are"
        " in use or not allowed. Choose another with --port, or --port 0 for any."
    )


def _try(host: str, port: int) -> int | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return None
            raise
        return int(probe.getsockname()[1])
