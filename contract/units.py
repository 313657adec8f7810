"""Units and the few physical constants that more than one program needs.

Names carry their unit (`load_kg`, `rate_hz`, `time_us`). Weights in this project are conventional masses in kilograms: what a scale shows
at standard gravity.
"""

from typing import Final

STANDARD_GRAVITY_M_S2: Final = 9.80665
"""Standard acceleration of free fall, exact by definition (ISO 80000-3; 3rd CGPM, 1901)."""

US_PER_S: Final = 1_000_000
US_PER_MINUTE: Final = 60 * US_PER_S
US_PER_HOUR: Final = 60 * US_PER_MINUTE
US_PER_DAY: Final = 24 * US_PER_HOUR
S_PER_DAY: Final = 86_400
MM_PER_M: Final = 1_000
KMH_PER_M_S: Final = 3.6
PPM: Final = 1_000_000
"""Parts per million in a whole; shares in records are whole ppm."""


def newton_to_kg(force_n: float) -> float:
    """Give the mass in kilograms that weighs `force_n` newtons at standard gravity."""
    return force_n / STANDARD_GRAVITY_M_S2
