"""What may stand in a configuration file?

Each field documents itself: `screenpop schema` and docs/configuration.md are made
from these models. Times say their unit, everything that can grow has a limit.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from screenpop.config.alerts import AlertSettings
from screenpop.config.desk import DeskSettings, Labels
from screenpop.config.forecast import ForecastSettings
from screenpop.config.journal import JournalOptions
from screenpop.config.mail import MailServer
from screenpop.config.policy import FactWords, InsightSettings, PolicyRule
from screenpop.config.privacy import Privacy
from screenpop.config.recall import ClickToCall, RecallOptions
from screenpop.config.reports import ReportName, ReportSettings
from screenpop.config.service_level import ServiceLevelSettings
from screenpop.config.sources import LookupSettings, Source
from screenpop.config.teams import TeamsByName

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]


ColumnType = Literal[
    "text", "money", "number", "integer", "percent", "date", "datetime", "phone",
    "email", "url", "flag",
]  # fmt: skip


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Language = Literal["en", "de", "fr", "es", "it", "nl", "pl", "ar"]
"""The languages of the pages: a catalogue each in `agent_ui/src/i18n/`."""


class Server(Model):
    """Where the service listens and how it is reached."""

    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="Port; 0 picks a free one.")
    worker_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="With `serve --workers`: the first worker also listens on this"
        " port, the second on the next one, …; default: the port after `server.port`.",
    )
    public_url: str | None = Field(
        None,
        description="How browsers and telephone systems reach the service, e.g."
        " https://pop.example.net; signed URLs and the Origin check use it.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (), description="Networks whose X-Forwarded-* headers are believed (CIDR)."
    )
    data_dir: Path = Field(
        Path("screenpop-data"),
        description="Folder for journal, store and keys; relative to this file.",
    )
    company: str = Field("", description="Name shown on the pages.")
    time_zone: str = Field("UTC", description="Zone of the business day (IANA name).")
    country: str | None = Field(
        None,
        pattern=r"^[A-Z]{2}$",
        description="Country whose writing of numbers is national for the desk.",
    )
    language: Language | None = Field(
        None,
        description="Language of the pages for users who chose none, e.g. de;"
        " default: the browser's.",
    )
    heartbeat_s: float = Field(
        20, gt=0, description="A browser silent for twice this long is cut off."
    )
    desk_grace_s: float = Field(
        60,
        ge=0,
        description="An agent whose last desk is closed for this long takes no calls"
        " there: the wallboard shows and counts them as *No desk*.",
    )
    keepalive_s: float = Field(
        75,
        gt=0,
        description="An idle connection is closed after this time; a request's header"
        " must arrive within it.",
    )
    body_read_s: float = Field(
        10, gt=0, description="A request's body must arrive within this time."
    )
    drain_s: float = Field(
        10, gt=0, description="At a stop, requests under way may take this long."
    )
    reload_every_s: float = Field(
        2,
        ge=0,
        le=3_600,
        description="How often the files of the configuration are looked at; changed"
        " ones are checked and taken while calls go on. 0: at SIGHUP and by"
        " `POST /v1/configuration/reload` only.",
    )


class Store(Model):
    """History, notes, users."""

    url: SecretStr | None = Field(
        None,
        description="SQLAlchemy URL (sqlite+aiosqlite or postgresql+asyncpg); default:"
        " store.sqlite in data_dir."
        " In a password, percent-encode @ : / ? # and % (%40 for @).",
    )
    history_days: int = Field(730, gt=0, description="Days that calls are kept.")
    stats_days: int = Field(
        3_650, gt=0, description="Days that counts by quarter of an hour are kept."
    )


class Limits(Model):
    """Bounds of everything that can grow."""

    body_bytes_max: int = Field(262_144, gt=0, description="A webhook's body.")
    events_per_request_max: int = Field(500, gt=0, description="In one webhook.")
    events_per_call_max: int = Field(500, gt=10, description="Kept of one call.")
    live_calls_max: int = Field(50_000, gt=0, description="Calls followed at once.")
    connections_max: int = Field(
        25_000, gt=0, description="TCP connections at once, open WebSockets apart."
    )
    connections_per_address_max: int | None = Field(
        None,
        gt=0,
        description="Of these, of one address (IPv6: of one /64); default: half of"
        " them. `server.trusted_proxies` are not limited by this.",
    )
    header_bytes_max: int = Field(
        16_384, ge=1024, description="A request's header as a whole; beyond it 431."
    )
    handshakes_per_turn_max: int = Field(
        10,
        gt=0,
        description="WebSockets opened in one turn of the event loop, so that calls go"
        " on while all browsers reconnect.",
    )
    logins_at_once_max: int = Field(
        4, gt=0, description="Passwords checked at once; each takes 64 MiB."
    )
    login_entries_max: int = Field(
        20_000, gt=0, description="Users and addresses whose failed log-ins are kept."
    )
    sessions_max: int = Field(20_000, gt=0, description="WebSockets at once.")
    sessions_per_user_max: int = Field(20, gt=0, description="Tabs of one user.")
    outbox_bytes_max: int = Field(
        1_048_576,
        gt=0,
        description="Bytes waiting for one browser before it is cut off.",
    )
    client_frame_bytes_max: int = Field(65_536, gt=0, description="From a browser.")
    client_frames_per_s: float = Field(50, gt=0, description="From one browser.")
    resume_pops_max: int = Field(
        500, gt=0, description="Recent pops kept per agent for resuming."
    )
    lookups_per_minute: int = Field(
        30, gt=0, description="GET /v1/lookup by one user; beyond it 429."
    )
    searches_per_minute: int = Field(
        60, gt=0, description="Searches for customers by one agent."
    )
    search_results_max: int = Field(
        20, gt=0, le=100, description="Customers that one search lists."
    )
    note_chars_max: int = Field(4000, gt=0, description="Length of a note.")
    number_cache_entries: int = Field(50_000, gt=0, description="Parsed numbers kept.")

    @property
    def of_one_address(self) -> int:
        """Connections that one address may hold."""
        given = self.connections_per_address_max
        return max(1, self.connections_max // 2) if given is None else given


class CallSettings(Model):
    """When does a call end without a reported end?"""

    alerting_max_s: float = Field(
        300,
        gt=0,
        description="A call that is not answered and waits in no queue is closed after"
        " this time.",
    )
    talking_max_s: float = Field(
        14_400, gt=0, description="An answered call is closed after this time."
    )
    waiting_max_s: float = Field(
        3_600,
        gt=0,
        description="A call that waits in a queue without a further event is closed"
        " after this time. For lines that report no queues `alerting_max_s` counts.",
    )
    leg_grace_s: float = Field(
        10,
        gt=0,
        description="An answered call with no open leg is over after this time.",
    )
    linger_s: float = Field(
        900,
        gt=0,
        description="An ended call is kept for this time: for late events, for browsers"
        " that come back, for notes.",
    )
    reuse_grace_s: float = Field(
        5,
        ge=0,
        description="A call id that is used again later than this after the call's"
        " end is another call.",
    )
    short_abandon_s: float = Field(
        5, ge=0, description="Abandoned sooner than this is counted apart."
    )
    wrap_up_s: float = Field(
        60,
        ge=0,
        description="Time for notes after a call, counted down on the desk, which sets"
        " the agent's state to wrap-up until they finish; 0: it leaves it alone.",
    )
    round_deadline_ms: int = Field(
        10_000, gt=0, description="A call's lookups are given up after this time."
    )


class LineSettings(Model):
    """One telephone system or trunk that sends events."""

    dialect: str = Field("generic", description="How its events are written.")
    label: str | None = Field(
        None, description="How pages and reports call it. Default: its name."
    )
    labels: Labels = Field(
        default_factory=dict,
        description="`label` in other languages, by language.",
    )
    country: str | None = Field(
        None,
        pattern=r"^[A-Z]{2}$",
        description="Numbering plan of national numbers where the dialled number"
        " has no country.",
    )
    time_zone: str = Field("UTC", description="Zone of times without an offset.")
    same_calls_as: str | None = Field(
        None,
        description="Another line that reports the same calls, e.g. the telephone"
        " system behind this session border controller: a call of both, from one"
        " outside number within ten seconds, is one call.",
    )
    click_to_call: ClickToCall | None = Field(
        None,
        description="URL that makes this line call a number: with `{number}` (+44…) or"
        " `{digits}` (44…), and `{agent}`, who calls. Default: `tel:` alone.",
    )
    settings: dict[str, Any] = Field(
        default_factory=dict,
        description="What the dialect asks for, e.g. `token`, `signing_secret`;"
        " see `screenpop dialects NAME`.",
    )


class Label(Model):
    """How a queue or a dialled number is called on screen."""

    label: str = Field(description="The words on screen.")
    labels: Labels = Field(
        default_factory=dict,
        description="The same in other languages, by language.",
    )


class QueueSettings(Label):
    """A queue by the name that the telephone system gives it."""

    target_s: float | None = Field(
        None,
        gt=0,
        le=86_400,
        description="Target of its service level; default: `service_level.target_s`.",
    )
    result: Literal["required", "optional"] = Field(
        "optional",
        description="`required`: who talked in a call of it chooses a result before"
        " Finish.",
    )


class ColumnSettings(Model):
    """How one field or column is labelled and typed."""

    label: str = Field(description="The label of the value.")
    labels: Labels = Field(
        default_factory=dict,
        description="The label in other languages, by language, e.g. de.",
    )
    type: ColumnType = Field("text", description="How the value is written.")
    currency: str | None = Field(None, description="Fixed currency (ISO 4217).")


class FacetSettings(Model):
    """A card of the profile: built-in ones may be relabelled, own ones declared."""

    label: str = Field(description="The card's heading.")
    labels: Labels = Field(
        default_factory=dict,
        description="The heading in other languages, by language.",
    )
    fields: dict[str, ColumnSettings] = Field(
        default_factory=dict, description="Its single values, by column name."
    )
    columns: dict[str, ColumnSettings] = Field(
        default_factory=dict, description="The columns of its rows, by column name."
    )


class DispositionSettings(Model):
    """A result code that agents choose after a call."""

    code: Name = Field(description="What is stored and exported.")
    label: str = Field(description="What agents see.")
    labels: Labels = Field(
        default_factory=dict,
        description="What they see in other languages, by language.",
    )
    note_required: bool = Field(False, description="Saved only together with a note.")


class Identify(Model):
    """When is a caller known well enough?"""

    confident: float = Field(
        0.8, gt=0, le=1, description="A single candidate this sure is shown at once."
    )
    lead: float = Field(
        0.2, ge=0, le=1, description="... or one this far ahead of the second."
    )
    candidates_max: int = Field(10, gt=0, description="Offered at most.")


class Security(Model):
    """Log-in and sessions."""

    session_h: float = Field(12, gt=0, description="Hours until a new log-in.")
    login_attempts: int = Field(10, gt=0, description="Failed log-ins per window.")
    login_window_s: float = Field(600, gt=0, description="The window.")
    open_metrics: bool | None = Field(
        None,
        description="May programs of this machine read /metrics without a token?"
        " Default: yes, unless `server.public_url` or `server.trusted_proxies` says"
        " that a proxy stands before the service, for which all seem to be local.",
    )
    secure_cookie: bool | None = Field(
        None, description="Default: yes when public_url is https."
    )
    session_key_file: Path | None = Field(
        None,
        description="The key that signs the sessions, relative to this file; default:"
        " `session.key` in `server.data_dir`. Nodes behind one address need the same"
        " key: with another one an agent who changes the node must log in again.",
    )


class Configuration(Model):
    """The whole file."""

    version: Literal[1] = Field(1, description="Of the form of this file.")
    include: str | tuple[str, ...] = Field(
        (),
        description="Further files, as patterns below this file's folder, e.g."
        " `conf.d/*.yaml`: their keys are added to those of this file.",
    )
    server: Server = Server()
    journal: JournalOptions = JournalOptions()
    store: Store = Store()
    limits: Limits = Limits()
    calls: CallSettings = CallSettings()
    identify: Identify = Identify()
    security: Security = Security()
    privacy: Privacy = Privacy()
    lines: dict[Name, LineSettings] = Field(default_factory=dict)
    queues: dict[str, QueueSettings] = Field(default_factory=dict)
    teams: TeamsByName = Field(default_factory=dict, description="Teams, by name.")
    service_level: ServiceLevelSettings = ServiceLevelSettings()
    forecast: ForecastSettings = ForecastSettings()
    recall: RecallOptions = RecallOptions()
    alerts: AlertSettings = AlertSettings()
    mail: MailServer | None = None
    reports: dict[ReportName, ReportSettings] = Field(
        default_factory=dict, max_length=50, description="By name."
    )
    dialled: dict[str, Label] = Field(
        default_factory=dict, description="Dialled numbers by E.164."
    )
    sources: dict[Name, Source] = Field(default_factory=dict)
    lookups: dict[Name, LookupSettings] = Field(default_factory=dict)
    facets: dict[Name, FacetSettings] = Field(default_factory=dict)
    dispositions: tuple[DispositionSettings, ...] = ()
    desk: DeskSettings = DeskSettings()
    policy: tuple[PolicyRule, ...] = Field(
        (), max_length=200, description="The sales policy: its rules."
    )
    facts: FactWords = FactWords()
    insight: InsightSettings = InsightSettings()

    @property
    def click_to_call(self) -> dict[str, str]:
        """The URL templates that call a number, by line, of lines that have one."""
        return {
            name: line.click_to_call
            for name, line in self.lines.items()
            if line.click_to_call is not None
        }
