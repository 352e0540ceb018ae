"""What must be told to a dialect before it can serve a line?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from screenpop.domain.errors import ConfigError
from screenpop.intake.facts import Settings
from screenpop.intake.public_keys import NotAKey, read_public_key
from screenpop.intake.yaml_nodes import Node

SettingType = Literal["secret", "public_key", "text", "flag"]

SECRETS_MAX = 10  # current at once

_KEYS = frozenset({"type", "help", "required", "default"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key under `lines.NAME.settings`. Secrets may be one text or a list."""

    name: str
    type: SettingType
    help: str
    required: bool = False
    default: str | None = None
    also: str | None = None  # another name that is accepted for it

    @property
    def secret(self) -> bool:
        return self.type == "secret"


ALLOW_UNAUTHENTICATED = Setting(
    name="allow_unauthenticated",
    type="flag",
    help="true: accept requests that prove nothing. For a closed network only.",
    default="false",
)

# For systems that let their owner choose header, parameter or password, and for
# gateways of one's own. Every dialect knows them.
COMMON_SETTINGS = (
    Setting(name="bearer_token", type="secret", help="`Authorization: Bearer …`."),
    Setting(name="header_name", type="text", help="A header that carries a secret."),
    Setting(name="header_value", type="secret", help="What that header holds."),
    Setting(name="query_name", type="text", help="A URL parameter with a secret."),
    Setting(name="query_value", type="secret", help="What that parameter holds."),
    Setting(name="username", type="text", help="Of Basic authentication."),
    Setting(name="password", type="secret", help="Of Basic authentication."),
    Setting(
        name="allowed_networks",
        type="text",
        help="Addresses that may send, e.g. `192.0.2.0/24, 198.51.100.7`. Besides.",
    ),
    ALLOW_UNAUTHENTICATED,
)


def read_settings(node: Node | None) -> dict[str, Setting]:
    """The settings that a dialect declares."""
    if node is None:
        return {}
    return {name: _setting(name, each) for name, each in node.items()}


def _setting(name: str, node: Node) -> Setting:
    entries = node.mapping(_KEYS, required=("type", "help"))
    kind = entries["type"].choice("secret", "public_key", "text", "flag")
    return Setting(
        name=name,
        type=kind,  # type: ignore[arg-type]
        help=entries["help"].text(),
        required="required" in entries and entries["required"].flag(),
        default=entries["default"].text() if "default" in entries else None,
    )


def bind_settings(
    declared: Mapping[str, Setting], given: Mapping[str, object], dialect: str
) -> Settings:
    """Check what was configured; raises `ConfigError` that lists every problem."""
    given, problems = _by_their_names(declared, given)
    problems += [
        f"settings.{name}: {dialect} knows no such setting."
        f" Known: {', '.join(sorted(declared))}."
        for name in given
        if name not in declared
    ]
    bound: dict[str, tuple[str, ...]] = {}
    for name, setting in declared.items():
        texts = _texts(given.get(name))
        if texts is None:
            problems.append(f"settings.{name}: must be text or a list of text.")
        elif not texts and setting.required:
            problems.append(f"settings.{name}: is missing. {setting.help}")
        else:
            if not texts and setting.default is not None:
                texts = (setting.default,)
            problems.extend(_wrong(setting, texts))
            bound[name] = texts
    if problems:
        raise ConfigError("\n".join(problems))
    return bound


def _by_their_names(
    declared: Mapping[str, Setting], given: Mapping[str, object]
) -> tuple[Mapping[str, object], list[str]]:
    """Each setting under the name that is documented for it."""
    named, problems = dict(given), []
    for setting in declared.values():
        if setting.also is None or setting.also not in given:
            continue
        if setting.name in given:
            problems.append(
                f"settings.{setting.also}: means the same as `{setting.name}`. Give"
                " one of them."
            )
        named[setting.name] = named.pop(setting.also)
    return named, problems


def _texts(value: object) -> tuple[str, ...] | None:
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        parts = [_texts(each) for each in value]
        if any(part is None for part in parts) or len(parts) > SECRETS_MAX:
            return None
        return tuple(text for part in parts if part for text in part)
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, bool):
        return ("true" if value else "false",)
    if not isinstance(value, str | int):
        return None
    text = str(value)
    return (text,) if text else ()


def _wrong(setting: Setting, texts: tuple[str, ...]) -> list[str]:
    if setting.type == "flag" and any(text not in ("true", "false") for text in texts):
        return [f"settings.{setting.name}: must be true or false."]
    if setting.type in ("text", "flag") and len(texts) > 1:
        return [f"settings.{setting.name}: must be one value, not a list."]
    if setting.type != "public_key":
        return []
    problems: list[str] = []
    for text in texts:
        try:
            read_public_key(text)
        except NotAKey as error:
            problems.append(f"settings.{setting.name}: {error}")
    return problems
