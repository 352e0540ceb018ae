"""What may stand under an `http_json` source and its lookups?"""

from __future__ import annotations

from typing import Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    field_validator,
    model_validator,
)
from yarl import URL

from screenpop.connector import (
    ItemsOptions,
    LookupOptions,
    OrdersOptions,
    Since,
    SourceOptions,
    TlsOptions,
    lacking_for_contacts,
    lacking_for_items,
    lacking_for_orders,
)
from screenpop.connector.orders import CHANGED
from screenpop_connectors.http_json.auth import HttpAuth
from screenpop_connectors.http_json.body_place import IN_BODY, with_value
from screenpop_connectors.http_json.template import Quotes

PORT_MAX = 65_535


class HttpPace(BaseModel):
    """So many requests in a time, lookups and readings together."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    requests: int = Field(
        gt=0, le=100_000, description="Requests that go out at most in `per_s`."
    )
    per_s: float = Field(1, gt=0, description="The time in which they are counted.")
    wait_max_s: float = Field(
        5, ge=0, description="A lookup waits for its turn so long at most."
    )


def _check_place(body: JsonValue, name: str) -> None:
    if not isinstance(body, dict):
        raise ValueError(f"{name} needs a body: a mapping in which it has its place")
    try:
        with_value(body, name.removeprefix(IN_BODY), None)
    except LookupError as error:
        raise ValueError(f"{name} has no place in the body: {error}") from error


class HttpListing(BaseModel):
    """A list that is read page by page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(description="Appended to base_url; no parameters.")
    method: Literal["GET", "POST"] = Field(
        "GET", description="POST only for services that ask for it; it must not write."
    )
    headers: dict[str, str] = Field(
        default_factory=dict, description="Further headers of each page."
    )
    body: JsonValue = Field(None, description="JSON of a POST, e.g. a GraphQL query.")
    select: str | None = Field(None, description="JMESPath to the list of a page.")
    next: str | None = Field(
        None,
        description='JMESPath to the next page\'s link, e.g. `"@odata.nextLink"`; or to'
        " its cursor, with next_param. Default: the header `Link` with `rel=next`.",
    )
    next_param: str | None = Field(
        None,
        description="Query parameter that takes the cursor that `next` finds; in a body"
        " its place: `body.variables.after`.",
    )
    page_param: str | None = Field(
        None,
        description="Query parameter that names the page, or its place in a body:"
        " `body.offset`; read until a page is empty. Or write `{page}` into the path.",
    )
    page_start: int = Field(1, ge=0, description="Its first value.")
    page_step: int = Field(
        1, gt=0, description="Added for each page; the page's size if it is an offset."
    )
    pace_ms: int = Field(
        0, ge=0, description="Pause between two pages, for a service that limits them."
    )
    retries_max: int = Field(
        8,
        ge=0,
        description="Further tries of a page that the service does not give now (429,"
        " 5xx, no connection); what was read is kept.",
    )
    retry_after_max_s: float = Field(
        900, gt=0, description="A longer `Retry-After` ends the reading until later."
    )
    pages_max: int = Field(10_000, gt=0, description="Pages read at most.")

    @model_validator(mode="after")
    def _one_paging(self) -> Self:
        if self.next and self.page_param:
            raise ValueError("give next or page_param, not both")
        if self.next_param and not self.next:
            raise ValueError("next_param needs next, which finds its value")
        if self.method == "GET" and self.body is not None:
            raise ValueError("a GET has no body. Set method: POST")
        for name in (self.next_param, self.page_param):
            if name is not None and name.startswith(IN_BODY):
                _check_place(self.body, name)
        return self


class HttpContacts(HttpListing):
    """Where the number index reads all customers, page by page."""

    path: str = Field(
        description="Appended to base_url. With `{since}` only what changed is read,"
        " e.g. `/people?changed_from={since}`."
    )
    fields: dict[str, str] = Field(
        description="JMESPath of `key`, `name`, the numbers, and maybe `company`,"
        " `country` and further fields; with `{since}` also of `changed`."
    )
    since: Since | None = Field(
        None,
        description="What `{since}` is when all contacts are read, e.g. `2020-01-01`.",
    )
    numbers: tuple[str, ...] = Field(
        (),
        description="The fields that hold numbers; default: all whose name starts"
        " with `phone` or `number`.",
    )
    contacts_max: int = Field(
        1_000_000, gt=0, description="Customers read at most; more are left out."
    )

    @model_validator(mode="after")
    def _are_contacts(self) -> Self:
        if (lacking := lacking_for_contacts(self.fields, self.numbers)) is not None:
            raise ValueError(f"fields {lacking}")
        if self.since is not None and CHANGED not in self.fields:
            raise ValueError(
                "with since, fields must give `changed`: the value of a customer that"
                " `{since}` is compared with"
            )
        return self


class HttpOrders(HttpListing, OrdersOptions):
    """Where the order lines are read that recommendations are made from."""

    path: str = Field(
        description="Appended to base_url. With `{since}` only what changed is read,"
        " e.g. `/lines?changed_from={since}`."
    )
    fields: dict[str, str] = Field(
        description="JMESPath of `customer`, `order`, `date`, `item`, and maybe"
        " `quantity`, `amount` or `price` of one, `currency`, `line` and `opt_out`;"
        " with `{since}` also of `changed`."
    )
    since: Since | None = Field(
        None,
        description="What `{since}` is when all orders are read, e.g. `2020-01-01`.",
    )

    @model_validator(mode="after")
    def _are_orders(self) -> Self:
        if (lacking := lacking_for_orders(self.fields)) is not None:
            raise ValueError(f"fields {lacking}")
        if self.since is not None and CHANGED not in self.fields:
            raise ValueError(
                "with since, fields must give `changed`: the value of a line that"
                " `{since}` is compared with"
            )
        return self


class HttpItems(HttpListing, ItemsOptions):
    """Where the items are read that can be ordered."""

    fields: dict[str, str] = Field(
        description="JMESPath of `key`, and maybe `name`, `category`, `price`,"
        " `currency`, `stock` and `active`."
    )

    @model_validator(mode="after")
    def _are_items(self) -> Self:
        if (lacking := lacking_for_items(self.fields)) is not None:
            raise ValueError(f"fields {lacking}")
        return self


class HttpSource(SourceOptions, TlsOptions):
    base_url: str = Field(
        pattern=r"^https?://[^/?#{}@\s]+(/[^?#{}\s]*)?$",
        description="Scheme, host and common path; no request leaves this host.",
    )
    auth: HttpAuth | None = Field(
        None,
        description="One of `bearer`; `username` and `password`; `header` and `value`;"
        " `query` and `value`; `oauth2`; `login`.",
    )
    headers: dict[str, SecretStr] = Field(
        default_factory=dict, description="Sent with every request; kept secret."
    )
    quotes: Quotes = Field(
        "doubled",
        description="How a `'` in a value between `'…'` of a path is written: `doubled`"
        " or `backslash` (SOQL). With `backslash` and `odata` (doubled, too) a value"
        " without quotation marks must be one word or number.",
    )
    secrets: dict[str, SecretStr] = Field(
        default_factory=dict,
        description="Values of `{secret.NAME}` in paths, headers and bodies.",
    )
    pace: HttpPace | None = Field(
        None, description="Requests that the service allows in a time."
    )
    retries_max: int = Field(
        1,
        ge=0,
        le=5,
        description="Further tries of a lookup after a lost connection, 502, 503 or 504"
        " if they fit into its deadline; a POST only where it is `safe`.",
    )
    connections_max: int = Field(
        16, gt=0, le=1000, description="Connections kept open at most."
    )
    connect_timeout_ms: int = Field(
        1000, gt=0, description="Given up when no connection is made in this time."
    )
    total_timeout_ms: int = Field(
        10_000, gt=0, description="Given up when the answer is not there in this time."
    )
    response_bytes_max: int = Field(
        1_048_576, gt=0, description="A larger answer is refused."
    )
    redirects_max: int = Field(
        3, ge=0, le=20, description="Redirects followed on the same host."
    )
    error: str | None = Field(
        None,
        description="JMESPath; where it finds something in an answer, that is the"
        " source's error text though the status is 200.",
    )
    busy: str | None = Field(
        None,
        description="JMESPath; where it finds something in an answer of status 200, the"
        " service asks to be asked less: so many seconds, or 1 without a number.",
    )
    contacts: HttpContacts | None = Field(
        None, description="Where the number index reads all customers."
    )
    orders: HttpOrders | None = Field(
        None, description="The order lines that recommendations are made from."
    )
    items: HttpItems | None = Field(None, description="The items that can be ordered.")

    @field_validator("base_url")
    @classmethod
    def _port(cls, url: str) -> str:
        try:
            port = URL(url).port
        except ValueError:
            port = None
        if not port or port > PORT_MAX:
            raise ValueError(
                f"must name a host, and a port from 1 to {PORT_MAX} if any. Correct it"
            )
        return url


class HttpLookup(LookupOptions):
    path: str = Field(
        "",
        description="Appended to base_url, query included; `{customer.key}` is"
        " percent-encoded.",
    )
    method: Literal["GET", "POST"] = Field(
        "GET", description="POST only for services that ask for it; it must not write."
    )
    headers: dict[str, str] = Field(
        default_factory=dict, description="Further headers, with `{parameters}`."
    )
    body: JsonValue = Field(
        None,
        description="JSON of a POST; a text that is exactly `{customer.id}` keeps the"
        " value's type.",
    )
    form: dict[str, str] | None = Field(
        None, description="Form fields of a POST, instead of body."
    )
    safe: bool = Field(
        False, description="true: this POST may be sent twice (`retries_max`)."
    )
    select: str | None = Field(
        None, description="JMESPath to the rows; default: the whole answer."
    )
    fields: dict[str, str] | None = Field(
        None,
        description="JMESPath of each field, from its row; default: the row's own"
        " members except lists and objects.",
    )
    empty_on: tuple[int, ...] = Field(
        (404,), description="Statuses that mean: nothing there."
    )
    error: str | None = Field(None, description="Instead of the source's `error`.")

    @model_validator(mode="after")
    def _body_needs_post(self) -> HttpLookup:
        if self.method == "GET" and (self.body is not None or self.form is not None):
            raise ValueError("a GET has no body or form. Set method: POST")
        if self.body is not None and self.form is not None:
            raise ValueError("give body or form, not both")
        return self
