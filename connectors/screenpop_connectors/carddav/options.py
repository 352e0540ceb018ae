"""What may stand under a `carddav` source and its lookups?"""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from screenpop.connector import LookupOptions, SourceOptions, TlsOptions


class CarddavSource(SourceOptions, TlsOptions):
    url: str = Field(
        pattern=r"^https?://[^/?#\s@]+/[^?#\s]*$",
        description="The address book itself, not the server:"
        " `https://cloud.example.net/remote.php/dav/addressbooks/users/reader/crm/`.",
    )
    user: str = Field("", description="Name for basic authentication.")
    password: SecretStr = Field(
        SecretStr(""), description="The user's password, or an app password."
    )
    plain_http: bool = Field(
        False,
        description="Allows `http://`: the password and the customers can then be"
        " read on the network.",
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="How national numbers are read of cards without a country;"
        " default: `server.country`.",
    )
    timeout_ms: int = Field(
        10_000, gt=0, description="Given up when one request takes longer."
    )
    connections_max: int = Field(
        4, gt=0, le=50, description="Connections kept open at most."
    )
    page_size: int = Field(
        50, gt=0, le=1000, description="Cards in one request of a reading."
    )
    response_bytes_max: int = Field(
        16 * 2**20, gt=0, description="Longer answers are refused."
    )
    contacts: bool = Field(True, description="The number index reads all cards.")
    contacts_max: int = Field(
        100_000, gt=0, description="A reading of more cards is refused."
    )

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.url.startswith("http:") and not self.plain_http:
            raise ValueError(
                "url: http:// sends the password readable. Write https://, or set"
                " plain_http: true."
            )
        return self


class CarddavLookup(LookupOptions):
    key: str | None = Field(
        None,
        description="Name of one card, with parameters in braces: `{customer.key}`."
        " Without it the server is searched by the caller's number.",
    )
    fields: dict[str, str] = Field(
        {}, description="Column to column of the card; default: all of them."
    )
