"""What is a forecast of calls and agents planned for?"""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, ConfigDict, Field


class ForecastSettings(BaseModel):
    """Holidays, goals and bounds of `/reports` and `GET /v1/forecast`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    country: str | None = Field(
        None,
        pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
        description="Whose public holidays count, e.g. DE-BY; default:"
        " `server.country`.",
    )
    closed_days: tuple[date, ...] = Field(
        (), max_length=400, description="Days without calls, past and to come."
    )
    service_level: float = Field(
        0.8,
        gt=0,
        lt=1,
        description="Share of callers to be answered within `service_level.target_s`.",
    )
    occupancy_max: float = Field(
        0.85, gt=0, le=1, description="Share of their time that agents may be busy."
    )
    abandon_max: float = Field(
        0.05, ge=0, le=1, description="Share of callers who may give up."
    )
    shrinkage: float = Field(
        0.3,
        ge=0,
        lt=1,
        description="Share of paid time that agents are not at their telephones:"
        " breaks, training, illness.",
    )
    wrap_up_s: float = Field(
        0,
        ge=0,
        le=3_600,
        description="Wrap-up that is added to each call: no telephone system says to"
        " which call it belongs.",
    )
    patience_s: float | None = Field(
        None,
        gt=0,
        le=86_400,
        description="How long callers wait before they give up, on average; default:"
        " measured, all waits ÷ abandoned of the last 28 days.",
    )
    keep_s: float = Field(
        300, gt=0, description="A forecast is answered again for so long."
    )
    kept_max: int = Field(50, gt=0, description="Forecasts kept.")
    waiting_max: int = Field(
        8, gt=0, description="Requests that wait for a forecast; beyond it 503."
    )
