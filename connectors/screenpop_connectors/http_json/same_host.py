"""Where may a request go on: redirects, next pages, addresses in an answer?"""

from __future__ import annotations

from yarl import URL


def followed(old: URL, new: URL) -> URL | None:
    """Where to go on, if the new address is on the same host; None: another place.

    From http to https is the same host. From https to http, as services behind a
    proxy write their own address, goes on over https: nothing is sent in clear.
    """
    if _host(old) != _host(new) or new.scheme not in ("http", "https"):
        return None
    plain = new.with_user(None).with_fragment(None)
    if old.scheme == new.scheme:
        return plain if old.port == new.port else None
    if new.scheme == "https":
        return plain if new.port in (443, old.port) or old.port != 80 else None
    if new.port in (80, old.port):
        return plain.with_scheme("https").with_port(old.port)
    return None


def _host(url: URL) -> str:
    return (url.host or "").lower().rstrip(".")
