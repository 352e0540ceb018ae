"""What may a source be asked when an agent types an account, a name or a number?

A source's `search:` in the configuration is a lookup with parameters of its own. Each
is a value to bind; what has a meaning in the language that it is made for is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SEARCH = "search"
"""The family of the parameters: `search.text`, …"""

LIKE_ESCAPE = "!"
"""As every database takes it: `like :search.contains escape '!'`."""
LIKE_SIGNS = f"{LIKE_ESCAPE}%_"
LIKE_SIGNS_OF_SQL_SERVER = f"{LIKE_SIGNS}["

SEARCH_PARAMETERS: Mapping[str, str] = MappingProxyType(
    {
        "search.text": "What was typed, without blanks around it.",
        "search.begins": "A pattern of LIKE: begins with it. With `escape '!'`.",
        "search.contains": "A pattern of LIKE: has it in it. With `escape '!'`.",
        "search.ldap": "The text, escaped for an LDAP filter (RFC 4515).",
    }
)
LIKE_PATTERNS = frozenset({"search.begins", "search.contains"})


def search_parameters(text: str, like_signs: str = LIKE_SIGNS) -> dict[str, str]:
    """The parameters for what was typed; `like_signs` have a meaning to LIKE."""
    pattern = like_escaped(text, like_signs)
    return {
        "search.text": text,
        "search.begins": f"{pattern}%",
        "search.contains": f"%{pattern}%",
        "search.ldap": ldap_escaped(text),
    }


def like_escaped(text: str, signs: str = LIKE_SIGNS) -> str:
    """`50%` becomes `50!%`: its signs mean themselves, with `escape '!'`.

    Oracle and Db2 refuse an escaped sign that has no meaning, so `[` is one of
    `signs` for SQL Server alone.
    """
    return "".join(f"{LIKE_ESCAPE}{sign}" if sign in signs else sign for sign in text)


def ldap_escaped(text: str) -> str:
    """For the value of an LDAP filter: `*`, `(`, `)`, `\\` and NUL as `\\2a` …"""
    return "".join(f"\\{ord(sign):02x}" if sign in "*()\\\0" else sign for sign in text)
