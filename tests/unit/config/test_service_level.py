from __future__ import annotations

from dataclasses import fields

import pytest
from pydantic import ValidationError

from screenpop.config.service_level import ServiceLevelSettings
from screenpop.domain.service_level import ServiceLevelRules


@pytest.mark.parametrize(
    "wrong", [{"variant": "mine"}, {"target_s": 0}, {"comparison": "=<"}]
)
def test_what_no_service_level_has_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        ServiceLevelSettings.model_validate(wrong)


def test_the_defaults_are_those_of_the_rules() -> None:
    rules, settings = ServiceLevelRules(), ServiceLevelSettings()
    names = {f.name for f in fields(rules)} - {"target_by_queue"}
    assert settings.model_dump() == {name: getattr(rules, name) for name in names}
