"""A line that is listened to is checked like any other, with all its problems."""

from __future__ import annotations

import pytest

from screenpop.config.model import LineSettings
from screenpop.domain.errors import ConfigError
from screenpop.intake.dialect import dialect_names
from screenpop.intake.streams.ami_stream import AmiStream
from screenpop.intake.streams.ari_stream import AriStream
from screenpop.intake.streams.freeswitch_stream import FreeswitchStream
from screenpop.intake.streams.registry import (
    make_stream,
    stream_dialect,
    stream_dialects,
)
from screenpop.support.clock import FakeClock

SETTINGS = {
    "asterisk_ami": {"host": "pbx", "username": "screenpop", "secret": "s3cret"},
    "asterisk_ari": {"host": "pbx", "username": "screenpop", "password": "s3cret"},
    "freeswitch_esl": {"host": "pbx", "password": "s3cret"},
}


def test_each_dialect_makes_its_stream() -> None:
    kinds = {}
    for name, settings in SETTINGS.items():
        line = LineSettings(dialect=name, country="GB", settings=settings)
        kinds[name] = type(make_stream("pbx", line, FakeClock()))
    assert kinds == {
        "asterisk_ami": AmiStream,
        "asterisk_ari": AriStream,
        "freeswitch_esl": FreeswitchStream,
    }
    assert [each.name for each in stream_dialects()] == sorted(SETTINGS)


def test_no_stream_has_the_name_of_a_webhook() -> None:
    assert not {each.name for each in stream_dialects()} & set(dialect_names())
    assert stream_dialect("generic") is None


@pytest.mark.parametrize("name", SETTINGS)
def test_a_dialect_says_what_it_needs_and_what_to_paste(name: str) -> None:
    dialect = stream_dialect(name)
    assert dialect is not None
    assert dialect.status in ("verified", "partly", "unverified")
    assert dialect.facts
    assert dialect.paste
    assert all(setting.help for setting in dialect.settings.values())
    secret = dialect.settings["secret" if name == "asterisk_ami" else "password"]
    assert secret.secret
    assert secret.required


def test_all_problems_are_told_at_once_with_their_keys() -> None:
    line = LineSettings(
        dialect="asterisk_ami",
        country="XX",
        time_zone="Nowhere",
        settings={"host": "pbx", "username": "u", "secret": "s", "typo": "1"},
    )
    with pytest.raises(ConfigError) as caught:
        make_stream("pbx", line, FakeClock())
    told = str(caught.value).splitlines()
    assert [text.split(":")[0] for text in told] == [
        "lines.pbx.country",
        "lines.pbx.time_zone",
        "lines.pbx.settings.typo",
    ]
    assert "Known: agent_pattern, agents" in told[2]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"port": "70000"}, "settings.port: `70000` is not a valid port"),
        ({"port": "x"}, "settings.port: `x` is not a valid port"),
        ({"agent_pattern": "PJSIP/1"}, "settings.agent_pattern: has no group"),
        ({"agent_pattern": "("}, "settings.agent_pattern: cannot be read"),
        ({"agents": "PJSIP/a"}, "settings.agents: `PJSIP/a` is not `INTERFACE=agent`"),
        ({"secret": ["a", "b"]}, "settings.secret: must be one value"),
        ({"tls": "maybe"}, "settings.tls: must be true or false"),
        ({"host": None}, "settings.host: is missing"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], problem: str) -> None:
    line = LineSettings(
        dialect="asterisk_ami", settings={**SETTINGS["asterisk_ami"], **settings}
    )
    with pytest.raises(ConfigError, match="lines") as caught:
        make_stream("pbx", line, FakeClock())
    assert problem in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_webhook_is_no_stream() -> None:
    with pytest.raises(ConfigError, match="`generic` is not a live stream"):
        make_stream("pbx", LineSettings(dialect="generic"), FakeClock())


@pytest.mark.parametrize("given", ["secret", "password"])
@pytest.mark.parametrize("name", SETTINGS)
def test_the_password_of_a_switch_has_two_accepted_names(name: str, given: str) -> None:
    others = {
        k: v for k, v in SETTINGS[name].items() if k not in ("secret", "password")
    }
    line = LineSettings(
        dialect=name, country="GB", settings={**others, given: "s3cret"}
    )
    assert make_stream("pbx", line, FakeClock()).dialect == name


def test_a_password_given_twice_is_a_problem_that_names_both_keys() -> None:
    settings = {**SETTINGS["asterisk_ari"], "secret": "another"}
    line = LineSettings(dialect="asterisk_ari", settings=settings)
    with pytest.raises(ConfigError) as caught:
        make_stream("pbx", line, FakeClock())
    assert "settings.secret: means the same as `password`" in str(caught.value)
    assert "another" not in str(caught.value)
