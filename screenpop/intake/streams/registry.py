"""Which dialects are live streams, what do they need, and how is one made?

The counterpart of `intake.dialect` for systems that are listened to: the same
`name`, `title`, `status`, `facts`, `settings` and `paste`, so that one list shows
both. A line that names one of these is not bound to a webhook but run.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from screenpop.domain.call import LineId
from screenpop.domain.errors import ConfigError
from screenpop.intake.facts import Settings
from screenpop.intake.normal import LineContext, check_country, zone_of
from screenpop.intake.settings import Setting, bind_settings
from screenpop.intake.streams import freeswitch_events, members
from screenpop.intake.streams.ami_events import AmiEvents
from screenpop.intake.streams.ami_stream import AmiStream
from screenpop.intake.streams.ari_events import AriEvents
from screenpop.intake.streams.ari_stream import AriAccess, AriStream
from screenpop.intake.streams.base import KnownCalls, Stream, StreamLimits, StreamTools
from screenpop.intake.streams.conversations import Address
from screenpop.intake.streams.freeswitch_events import FreeswitchEvents
from screenpop.intake.streams.freeswitch_stream import FreeswitchStream
from screenpop.intake.streams.members import AgentNames
from screenpop.support.clock import Clock

HOST = Setting(name="host", type="text", required=True, help="Where the switch is.")
TLS = Setting(name="tls", type="flag", default="false", help="true: encrypted.")
TLS_CHECK = Setting(
    name="tls_check",
    type="flag",
    default="true",
    help="false: take any certificate. For a test only.",
)
PATTERN = Setting(
    name="agent_pattern",
    type="text",
    help="Regular expression on the interface, e.g. `PJSIP/(\\d{4})`: whose telephone"
    " it is stands in the first group. Members of queues are agents anyway.",
)
ALIASES = Setting(
    name="agents",
    type="text",
    help="Agents by interface where no pattern fits: `PJSIP/front=1001, SIP/7=anna`.",
)
TRUNKS = Setting(
    name="trunks",
    type="text",
    help="Interfaces that look like an agent's but are trunks: `PJSIP/4711`.",
)
PASSWORD = Setting(
    name="password",
    type="secret",
    required=True,
    also="secret",
    help="Its password. `secret` is accepted too.",
)
VARIABLES = Setting(
    name="variables",
    type="text",
    help="Channel variables that become attributes of a call: `ACCOUNT, PIN_OK`.",
)


def _port(default: int) -> Setting:
    return Setting(
        name="port", type="text", default=str(default), help="Where it listens."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamDialect:
    """One kind of telephone system that is listened to."""

    name: str
    title: str
    status: str
    facts: tuple[str, ...]
    settings: Mapping[str, Setting] = field(default_factory=dict)
    paste: str = ""
    make: Callable[[_Making], Stream]


class LineConfig(Protocol):
    """What is read of `lines.NAME`; `config.model.Line` is one."""

    @property
    def dialect(self) -> str: ...
    @property
    def country(self) -> str | None: ...
    @property
    def time_zone(self) -> str: ...
    @property
    def settings(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Making:
    """Everything of which a stream is made, checked."""

    name: str
    line: LineContext
    tools: StreamTools
    settings: Settings

    def text(self, name: str) -> str:
        values = self.settings.get(name, ())
        return values[0] if values else ""

    def flag(self, name: str) -> bool:
        return self.text(name) == "true"

    def words(self, name: str) -> frozenset[str]:
        parts = (part.strip() for part in self.text(name).split(","))
        return frozenset(part for part in parts if part)

    @property
    def address(self) -> Address:
        return Address(
            host=self.text("host"),
            port=int(self.text("port")),
            tls=self.flag("tls"),
            check_certificate=self.flag("tls_check"),
        )

    def names(self, default: str) -> AgentNames:
        pairs = (pair.partition("=") for pair in self.words("agents"))
        return AgentNames(
            self.text("agent_pattern") or default,
            {interface.strip(): agent.strip() for interface, _, agent in pairs},
            self.words("trunks"),
        )


def _ami(making: _Making) -> Stream:
    return AmiStream(
        making.name,
        making.tools,
        address=making.address,
        username=making.text("username"),
        secret=making.text("secret"),
        fold=AmiEvents(
            making.line,
            making.names(members.DEFAULT_PATTERN),
            making.words("variables"),
        ),
    )


def _ari(making: _Making) -> Stream:
    return AriStream(
        making.name,
        making.tools,
        access=AriAccess(
            address=making.address,
            username=making.text("username"),
            password=making.text("password"),
            app=making.text("app"),
            prefix=making.text("prefix"),
        ),
        fold=AriEvents(
            making.line,
            making.names(members.DEFAULT_PATTERN),
            making.words("variables"),
            making.words("queues"),
        ),
        hand_back=making.flag("hand_back"),
    )


def _freeswitch(making: _Making) -> Stream:
    return FreeswitchStream(
        making.name,
        making.tools,
        address=making.address,
        password=making.text("password"),
        fold=FreeswitchEvents(
            making.line, making.names(freeswitch_events.DEFAULT_PATTERN)
        ),
    )


def _settings(*settings: Setting) -> dict[str, Setting]:
    every = (*settings, TLS, TLS_CHECK, PATTERN, ALIASES, TRUNKS)
    return {setting.name: setting for setting in every}


_DIALECTS = (
    StreamDialect(
        name="asterisk_ami",
        title="Asterisk, manager interface (AMI)",
        status="verified",
        facts=(
            "verified: on recordings of Asterisk 22 (queues, holds, blind transfer)",
            "unverified: attended transfers, Local members, pick-up: from its source",
            "Reports calls, queues and agents; needs no change of the dialplan.",
            "Withheld numbers are reported only with `channelvars` as below.",
        ),
        settings=_settings(
            HOST,
            _port(5038),
            Setting(name="username", type="text", required=True, help="In brackets."),
            Setting(
                name="secret",
                type="secret",
                required=True,
                also="password",
                help="Its secret. `password` is accepted too.",
            ),
            VARIABLES,
        ),
        paste="""\
manager.conf:
  [general]
  enabled = yes
  timestampevents = yes
  channelvars = CALLERID(num-pres)

  [screenpop]
  secret = a long random one
  permit = ADDRESS OF SCREENPOP/255.255.255.255
  read = system,call,agent,dialplan,reporting
  write = system,call,reporting,agent
then `manager reload`.
""",
        make=_ami,
    ),
    StreamDialect(
        name="asterisk_ari",
        title="Asterisk, REST interface (ARI)",
        status="verified",
        facts=(
            "verified: on recordings of Asterisk 22 (queues, holds, blind transfer)",
            "unverified: attended transfers: from its source",
            "Reports no log-ins to queues, breaks only of queues that are known; prefer"
            " asterisk_ami for queues.",
            "Withheld numbers are reported only with `channelvars` as below.",
        ),
        settings=_settings(
            HOST,
            _port(8088),
            Setting(name="username", type="text", required=True, help="In brackets."),
            PASSWORD,
            Setting(
                name="app",
                type="text",
                default="screenpop",
                help="Under this name we subscribe to all events.",
            ),
            Setting(
                name="prefix",
                type="text",
                help="`prefix` of http.conf, with a slash before it.",
            ),
            Setting(
                name="hand_back",
                type="flag",
                default="true",
                help="A call that `Stasis(app)` gives us goes on in the dialplan.",
            ),
            Setting(
                name="queues",
                type="text",
                help="Queues whose breaks are asked for at the start: `sales, support`."
                " Those of calls are learnt.",
            ),
            VARIABLES,
        ),
        paste="""\
http.conf:
  [general]
  enabled = yes
ari.conf:
  [general]
  enabled = yes
  channelvars = CALLERID(num-pres)

  [screenpop]
  type = user
  password = a long random one
""",
        make=_ari,
    ),
    StreamDialect(
        name="freeswitch_esl",
        title="FreeSWITCH, event socket, with mod_callcenter",
        status="partly",
        facts=(
            "verified: event names, CC-* headers, microseconds, from its source",
            "unverified: holds and transfers on a live switch",
            "Agents of queues go by mod_callcenter's name, others by extension.",
        ),
        settings=_settings(
            HOST,
            _port(8021),
            PASSWORD,
        ),
        paste="""\
autoload_configs/event_socket.conf.xml:
  <param name="listen-ip" value="ADDRESS"/>
  <param name="password" value="a long random one"/>
  <param name="apply-inbound-acl" value="AN ACL WITH SCREENPOP'S ADDRESS"/>
then `reload mod_event_socket`.
""",
        make=_freeswitch,
    ),
)


def stream_dialects() -> tuple[StreamDialect, ...]:
    """All dialects that are streams, by name."""
    return tuple(sorted(_DIALECTS, key=lambda each: each.name))


def stream_dialect(name: str) -> StreamDialect | None:
    """The stream of that name; None when it is a webhook's or nobody's."""
    return next((each for each in _DIALECTS if each.name == name), None)


def make_stream(
    name: str,
    config: LineConfig,
    clock: Clock,
    *,
    known_calls: KnownCalls = tuple,
    limits: StreamLimits | None = None,
    tools: StreamTools | None = None,
    label: str | None = None,
) -> Stream:
    """The stream of the line `name`; `await stream.run(emit, say)` listens for ever.

    `known_calls` gives the calls of this line that the journal still knows as going
    on (from the `CallBook`): those that the switch no longer has are ended after each
    connect. `emit` is to append events to the journal; it may raise `Unavailable` or
    `Overloaded` and is asked again. `stream.health` is for `/readyz`. `tools` replaces
    clock, `known_calls` and `limits`, in tests. Raises `ConfigError` that lists every
    problem, one a line, each with its key (`lines.NAME.settings.KEY: …`).
    """
    dialect = stream_dialect(config.dialect)
    if dialect is None:
        known = ", ".join(each.name for each in stream_dialects())
        raise ConfigError(
            f"lines.{name}.dialect: `{config.dialect}` is not a live stream."
            f" Streams: {known}."
        )
    problems: list[str] = []
    line = _line(name, config, problems)
    settings: Settings = {}
    try:
        settings = bind_settings(dialect.settings, config.settings, dialect.name)
        problems.extend(_wrong(settings))
    except ConfigError as error:
        problems.extend(str(error).splitlines())
    if problems:
        prefix = f"lines.{label or name}."
        raise ConfigError("\n".join(f"{prefix}{problem}" for problem in problems))
    tools = tools or StreamTools(
        clock=clock, known_calls=known_calls, limits=limits or StreamLimits()
    )
    return dialect.make(_Making(name=name, line=line, tools=tools, settings=settings))


def _line(name: str, config: LineConfig, problems: list[str]) -> LineContext:
    check_country(config.country, problems)
    zone = zone_of(config.time_zone, problems)
    return LineContext(line=LineId(name), country=config.country, zone=zone)


def _wrong(settings: Settings) -> list[str]:
    """What the types of settings do not tell."""
    problems = []
    port = settings["port"][0]
    if not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        problems.append(f"settings.port: `{port}` is not a valid port (1 to 65535).")
    for pattern in settings.get("agent_pattern", ()):
        try:
            if re.compile(pattern).groups < 1:
                problems.append(
                    "settings.agent_pattern: has no group. Put the agent's part in"
                    " brackets, e.g. `PJSIP/(\\d{4})`."
                )
        except re.error as error:
            problems.append(f"settings.agent_pattern: cannot be read: {error}.")
    for pairs in settings.get("agents", ()):
        for pair in pairs.split(","):
            interface, _, agent = pair.partition("=")
            if pair.strip() and not (interface.strip() and agent.strip()):
                problems.append(
                    f"settings.agents: `{pair.strip()}` is not `INTERFACE=agent`."
                )
    problems.extend(
        f"settings.{secret}: must be one value, not a list."
        for secret in ("secret", "password")
        if len(settings.get(secret, ())) > 1
    )
    return problems
