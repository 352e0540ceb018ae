"""Which keys may stand under a source or a lookup?"""

from typing import Literal

from pydantic import BaseModel, Field, SecretStr

from screenpop.connector.keys import Key, keys_of


class Inner(BaseModel):
    query: str = Field(description="A query.")


class Options(BaseModel):
    url: SecretStr = Field(description="Where.")
    method: Literal["GET", "POST"] = "GET"
    inner: Inner | None = Field(None, description="More.")
    limit: int | None = 5


def test_keys_tell_type_default_and_help_and_inner_keys_follow() -> None:
    url, method, inner, query, limit = keys_of(Options)
    assert url == Key(
        name="url", type="secret", required=True, default="", help="Where."
    )
    assert (method.type, method.default) == ("GET or POST", '"GET"')
    assert (inner.type, inner.required, inner.default) == ("mapping", False, "")
    assert (query.name, query.required) == ("inner.query", True)
    assert (limit.type, limit.default) == ("whole number", "5")


def test_keys_that_connectors_share_come_last() -> None:
    class Tls(BaseModel):
        ca_file: str = ""

    class Own(BaseModel):
        url: str

    class Source(Own, Tls):
        limit: int = 1

    class Form(Source):
        query: str = ""

    assert [key.name for key in keys_of(Form)] == ["url", "limit", "query", "ca_file"]
