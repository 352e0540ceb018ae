from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
)

from screenpop.config.load import examine_text
from screenpop.config.problems import KeyPath, Place
from screenpop.config.translate import field_at, keys_at, model_in, translated


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid")

    count_s: float = Field(2.5, gt=0, lt=9)
    mode: Literal["a", "b"] = "a"


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")

    many: dict[str, Inner] = {}
    listed: tuple[Inner, ...] = ()
    either: int | bool | None = None
    modelled: Inner | str | None = Field(None, description="A name, or keys.")
    key: SecretStr | None = None
    alias: str | None = Field(None, alias="from")
    short: str = Field("", max_length=3)
    few: tuple[int, ...] = Field((), max_length=2)
    day: date | None = None
    even: int = 0

    @field_validator("even")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("must be even. Add one.")
        return value


class Anywhere:
    def place(self, *path: str | int) -> Place:
        return Place(file="f")

    def hidden(self, path: KeyPath) -> bool:
        return False


def said(data: object) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        Model.model_validate(data)
    errors = caught.value.errors(include_url=False)
    found = translated(errors, Model, data, Anywhere(), known=("further",))
    return {p.key: f"{p.sentence}. {p.remedy}".strip() for p in found.values()}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"many": {"x": {"count_s": 9}}},
            {"many.x.count_s": "must be less than 9, is 9. Use seconds, e.g. 2.5."},
        ),
        (
            {"listed": [{}, {"mode": "c"}]},
            {"listed[1].mode": 'must be `a` or `b`, is "c".'},
        ),
        (
            {"listed": [{"mod": "a"}]},
            {"listed[0].mod": "is not a known key. Did you mean `mode`?"},
        ),
        (
            {"either": "x"},
            {"either": 'must be a whole number or true or false, is "x".'},
        ),
        (
            {"modelled": 3},
            {"modelled": "must be keys with values or text, is 3. A name, or keys."},
        ),
        ({"key": 12345}, {"key": 'must be text. Put it in quotes: `key: "…"`.'}),
        ({"from": []}, {"from": "must be text, is a list."}),
        ({"fron": ""}, {"fron": "is not a known key. Did you mean `from`?"}),
        ({"furter": ""}, {"furter": "is not a known key. Did you mean `further`?"}),
        ({"short": "long"}, {"short": 'must have at most 3 characters, is "long".'}),
        ({"few": [1, 2, 3]}, {"few": "must have at most 2 entries, is a list."}),
        (
            {"day": "soon"},
            {"day": 'must be a date such as 2026-11-21, is "soon".'},
        ),
        ({"even": 3}, {"even": "must be even. Add one."}),
        (
            {"short": "x" * 900},
            {"short": f'must have at most 3 characters, is "{"x" * 58}…."'[:-1]},
        ),
    ],
)
def test_what_pydantic_finds_is_said_in_our_words(
    data: object, expected: dict[str, str]
) -> None:
    assert said(data) == expected


def test_the_declaration_of_a_key_is_found_through_lists_and_mappings() -> None:
    assert keys_at(Model, ("many", "any")) == ["count_s", "mode"]
    assert keys_at(Model, ("listed", 3)) == ["count_s", "mode"]
    assert keys_at(Model, ("short", "x")) == []
    field = field_at(Model, ("listed", 0, "count_s"))
    assert field is not None
    assert field.default == 2.5
    assert field_at(Model, ()) is None


def test_the_model_inside_of_a_declaration_is_found() -> None:
    fields = Model.model_fields
    assert model_in(fields["many"].annotation) is Inner
    assert model_in(fields["modelled"].annotation) is Inner
    assert model_in(fields["few"].annotation) is None


def test_a_missing_key_that_stands_there_misspelt_is_pointed_at() -> None:
    text = "sources:\n  erp: {conector: sql, url: 'sqlite:///erp.sqlite'}\n"
    examined = examine_text(text, Path("screenpop.yaml"), environ={})
    assert [str(problem) for problem in examined.problems] == [
        "screenpop.yaml:2:3: sources.erp.connector: is missing."
        " Is `conector` meant to be it?"
    ]
