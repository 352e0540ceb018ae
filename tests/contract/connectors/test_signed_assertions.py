"""OAuth 2.0 by a signed assertion (RFC 7523): what is signed, and who sees the key."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from key_effects import shows_effect_of
from one_source import Keys, opened

from screenpop.connector import ConnectorContext, Unavailable, Unloadable
from screenpop_connectors.http_json import HttpJsonConnector

Serve = Callable[
    [Callable[[web.Request], Awaitable[web.StreamResponse]]], Awaitable[str]
]
PEM, PASSWORD = serialization.Encoding.PEM, "pass-word-of-the-key"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, password: str = "") -> str:
    locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password:
        locked = serialization.BestAvailableEncryption(password.encode())
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, locked).decode()


class TokenService:
    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.status = 200

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.path != "/token":
            sent = request.headers.get("Authorization")
            return web.json_response({"sent": sent})
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.forms.append(form)
        told = {"error": "invalid_grant", "error_description": form["assertion"]}
        granted = {"access_token": "token-1", "expires_in": 3600}
        answer = granted if self.status == 200 else told
        return web.json_response(answer, status=self.status)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rsa.key").write_text(pem(RSA))
    (tmp_path / "locked.key").write_text(pem(RSA, PASSWORD))
    (tmp_path / "ec.key").write_text(pem(EC))
    (tmp_path / "no.key").write_text("nothing")
    account = {
        "type": "service_account", "private_key_id": "kid-7",
        "private_key": pem(RSA), "client_email": "reader@acme.iam.example.net",
    }  # fmt: skip
    (tmp_path / "google.json").write_text(json.dumps(account))
    (tmp_path / "other.json").write_text("{}")
    return tmp_path


def source(url: str, assertion: Keys, **oauth2: str) -> Keys:
    asked = {"token_url": f"{url}/token", "assertion": assertion, **oauth2}
    return {"connector": "http_json", "base_url": url, "auth": {"oauth2": asked}}


SALESFORCE: Keys = {"key_file": "rsa.key", "subject": "reader@acme", "audience": "sf"}


@shows_effect_of(
    "http_json: sources.NAME.auth.oauth2.assertion.key_file",
    "http_json: sources.NAME.auth.oauth2.assertion.key_password",
    "http_json: sources.NAME.auth.oauth2.assertion.algorithm",
    "http_json: sources.NAME.auth.oauth2.assertion.issuer",
    "http_json: sources.NAME.auth.oauth2.assertion.subject",
    "http_json: sources.NAME.auth.oauth2.assertion.audience",
    "http_json: sources.NAME.auth.oauth2.assertion.key_id",
    "http_json: sources.NAME.auth.oauth2.assertion.lifetime_s",
)
@pytest.mark.parametrize(
    ("assertion", "oauth2", "signed"),
    [
        (SALESFORCE, {"client_id": "app"},
         {"iss": "app", "sub": "reader@acme", "aud": "sf", "life": 180}),
        (SALESFORCE | {"issuer": "us", "lifetime_s": 60}, {},
         {"iss": "us", "life": 60}),
        (SALESFORCE | {"key_file": "locked.key", "key_password": PASSWORD},
         {"client_id": "app"}, {"iss": "app"}),
        ({"key_file": "ec.key", "algorithm": "ES256", "key_id": "k1"},
         {"client_id": "app"}, {"alg": "ES256", "kid": "k1", "sub": "app"}),
        ({"key_file": "google.json", "lifetime_s": 3600}, {"scope": "contacts"},
         {"iss": "reader@acme.iam.example.net", "kid": "kid-7", "scope": "contacts"}),
    ],
)  # fmt: skip
async def test_what_is_signed_gets_a_token(
    folder: Path, serve: Serve, assertion: Keys, oauth2: Keys, signed: Keys
) -> None:
    service = TokenService()
    url = await serve(service.handle)
    async with opened(folder, source(url, assertion, **oauth2), {"path": "/"}) as crm:
        assert await crm.ask() == [{"sent": "Bearer token-1"}]
        now_s = crm.clock.now_us() // 1_000_000
    [form] = service.forms
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    assert form.keys() <= {"grant_type", "assertion", "scope"}
    head = jwt.get_unverified_header(form["assertion"])
    public = (EC if head["alg"] == "ES256" else RSA).public_key()
    claims = jwt.decode(
        form["assertion"], public, algorithms=[head["alg"]],
        options={"verify_aud": False, "verify_exp": False, "verify_iat": False},
    )  # fmt: skip
    assert claims["iat"] == now_s
    claims.setdefault("aud", f"{url}/token")
    found = {**claims, **head, "life": claims["exp"] - claims["iat"]}
    assert {name: found[name] for name in signed} == signed


async def test_neither_key_nor_assertion_get_into_an_error_or_a_log(
    folder: Path, serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    service = TokenService()
    service.status = 400
    asked = SALESFORCE | {"key_file": "locked.key", "key_password": PASSWORD}
    keys = source(await serve(service.handle), asked, client_id="app")
    with caplog.at_level("DEBUG"):
        async with opened(folder, keys, {"path": "/"}) as crm:
            with pytest.raises(Unavailable, match=r"assertion: issuer") as caught:
                await crm.ask()
    everything = f"{caught.value} {caught.value.brief} {caplog.text}"
    for secret in (service.forms[0]["assertion"], PASSWORD, pem(RSA)[40:80]):
        assert secret not in everything


@pytest.mark.parametrize(
    ("assertion", "said"),
    [
        ({"key_file": "none.key"}, "no such file"),
        ({"key_file": "no.key"}, "cannot be read without key_password"),
        ({"key_file": "locked.key"}, "cannot be read without key_password"),
        ({"key_file": "locked.key", "key_password": "x"}, "with this key_password"),
        ({"key_file": "ec.key"}, "cannot sign with RS256"),
        ({"key_file": "other.json"}, "not the key file of a service account"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_before_anybody_calls(
    folder: Path, assertion: Keys, said: str
) -> None:
    keys = source("http://127.0.0.1:1", assertion, client_id="app")
    del keys["connector"]
    options = HttpJsonConnector.source_options.model_validate(keys)
    with pytest.raises(Unloadable, match=said):
        HttpJsonConnector(options, ConnectorContext(source="crm", folder=folder))
