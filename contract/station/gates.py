"""What bars a station's results from enforcement."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contract.signatures import PublicKeyText
from contract.station.table import Table


class Gates(Table):
    """What bars a result from enforcement, whatever it weighs."""

    speed_min_kmh: Annotated[float, Field(ge=0, le=200)] = 5.0
    speed_max_kmh: Annotated[float, Field(ge=0, le=200)] = 100.0
    acceleration_max_m_s2: Annotated[float, Field(gt=0, le=10)] = 1.0
    plate_wait_s: Annotated[float, Field(ge=0, le=60)] = 3.0
    plate_certainty_min: Annotated[float, Field(ge=0, le=1)] = 0.8
    decision_rule: Literal["none", "expanded-uncertainty", "maximum-permissible-error"] = "expanded-uncertainty"
    mpe_share: Annotated[float, Field(gt=0, lt=1)] | None = None
    """In-service maximum permissible error as a share of the load: 0.05 is 5 %. Needed by its decision rule, refused with any other."""
    calibration_keys: tuple[PublicKeyText, ...] = ()
    """Public keys (base64 of 32 bytes) whose signature a calibration that was learnt from traffic must bear."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if (self.decision_rule == "maximum-permissible-error") != (self.mpe_share is not None):
            msg = f"mpe_share {self.mpe_share} with decision_rule {self.decision_rule}: maximum-permissible-error alone takes one"
            raise ValueError(msg)
        if self.speed_min_kmh >= self.speed_max_kmh:
            msg = f"speed_min_kmh {self.speed_min_kmh} must be below speed_max_kmh {self.speed_max_kmh}"
            raise ValueError(msg)
        return self
