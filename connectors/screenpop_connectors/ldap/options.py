"""What may stand under an `ldap` source and its lookups?"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from screenpop.connector import LookupOptions, SourceOptions


class LdapContacts(BaseModel):
    """Which entries the number index reads, page by page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filter: str = Field(
        "(|(telephoneNumber=*)(mobile=*))", description="Entries that are customers."
    )
    fields: dict[str, str] = Field(
        description="Column to attribute: `key`, `name`, the numbers, and maybe"
        " `company`, `country` and others. `dn` is the entry's name."
    )
    changed: str | None = Field(
        None,
        description="Attribute that grows with each change: `modifyTimestamp`, in"
        " Active Directory `uSNChanged`. With it only what changed is read.",
    )


class LdapSource(SourceOptions):
    url: str = Field(
        pattern=r"^ldaps?://[^/?#\s]+/?$",
        description="`ldaps://dc1.example.net`, or `ldap://` with StartTLS.",
    )
    base: str = Field(description="Where searches start: `dc=example,dc=net`.")
    user: str = Field(
        "", description="DN or, in Active Directory, `reader@example.net`."
    )
    password: SecretStr = Field(SecretStr(""), description="The user's password.")
    start_tls: bool = Field(
        True,
        description="Encrypts `ldap://` before the password is sent; false only for a"
        " directory without TLS.",
    )
    ca_file: Path | None = Field(
        None, description="PEM file of the authority that signed the certificate."
    )
    timeout_ms: int = Field(
        3000, gt=0, description="Given up when the directory does not answer in time."
    )
    connections_max: int = Field(
        4, gt=0, le=50, description="Connections kept open at most."
    )
    page_size: int = Field(
        500, gt=0, le=1000, description="Entries in one page of a reading."
    )
    contacts: LdapContacts | None = Field(
        None, description="Where the number index reads all customers."
    )


class LdapLookup(LookupOptions):
    filter: str = Field(
        description="Search filter; `{number}` and other parameters in braces are"
        " escaped. `{{` and `}}` are braces."
    )
    fields: dict[str, str] = Field(description="Column to attribute.")
    base: str | None = Field(
        None, description="Where this search starts; default: that of the source."
    )
    rows_max: int | None = Field(
        None,
        gt=0,
        description="Entries read at most; default and limit: the service's.",
    )
