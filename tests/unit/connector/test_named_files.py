"""Which files do the keys of a source name?"""

from __future__ import annotations

from pathlib import Path

from screenpop.connector.named_files import NamedFile, named_files
from screenpop.connector.registry import Registry


def found(connector: str, folder: Path, **keys: object) -> list[NamedFile]:
    options = Registry().find(connector).source_options.model_validate(keys)
    return [*named_files(options, folder, ("sources", "crm"))]


def test_files_of_all_depths_are_named_with_their_keys(tmp_path: Path) -> None:
    oauth2 = {
        "token_url": "https://crm.example.net/token",
        "client_id": "a",
        "assertion": {"key_file": "sign.pem"},
    }
    named = found(
        "http_json",
        tmp_path,
        base_url="https://crm.example.net",
        ca_file="ca.pem",
        client_cert_file="client.pem",
        auth={"oauth2": oauth2},
    )
    keys = {".".join(x.key): (x.file.name, x.followed) for x in named}
    assert keys == {
        "sources.crm.ca_file": ("ca.pem", False),
        "sources.crm.client_cert_file": ("client.pem", True),
        "sources.crm.auth.oauth2.assertion.key_file": ("sign.pem", False),
    }


def test_what_the_service_writes_itself_and_folders_are_not_named(
    tmp_path: Path,
) -> None:
    oauth2 = {
        "token_url": "https://crm.example.net/token",
        "client_id": "a",
        "refresh_token_file": "token",
    }
    auth = {"oauth2": oauth2}
    assert not found(
        "http_json", tmp_path, base_url="https://crm.example.net", auth=auth
    )
    assert not found("python", tmp_path, path=".", contacts="a:b")
