"""What one camera's clock is worth: how far it is off, how fast it drifts, how far the camera really looks, and how sure all that is.

A sure match says by how much the picture's time differs from the expected one. That difference is the clock's offset, plus the error of
the surveyed distance over the vehicle's speed; because vehicles differ in speed, both are told apart. A Kalman filter of three states
follows them (offset, its rate of change, distance error), bounded against single outliers (Huber's weights), with its measurement noise
taken from the residuals' own spread.
"""

import math
import statistics
from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.faults import Fault, Reaction
from contract.station import Camera
from contract.units import US_PER_S
from edge.matching.jump import Shift
from edge.matching.passage import Seen

SURE: Final = 0.95
"""Probability of a pair from which its residual teaches the clock."""

LEARNED: Final = 63
"""Residuals from whose spread the measurement noise is taken: a minute or two of dense traffic."""

LEARN_MIN: Final = 8
"""Sure matches before the station file's offset and the widest scatter are departed from."""

WIDEST: Final = 1 / 3
"""Standard deviation before anything is learned, as a share of the tolerance: the tolerance is three of them."""

FIRST_NOISE: Final = 1 / 12
"""Measurement noise believed of a camera before its own is known, as a share of the tolerance."""

NARROWEST_S: Final = 0.015
"""Measurement noise that is never gone below: an exposure at night and a trigger line that bends."""

RATE_SIGMA: Final = 3e-4
"""Standard deviation of a clock's rate before it is known; a quartz has 5e-5, a clock that is being slewed 5e-4."""

RATE_WANDER: Final = 3e-6
"""How far the rate wanders in 1 s (it grows with the root of time): temperature, and time servers that slew."""

OFFSET_WANDER_S: Final = 1e-4
"""How far the offset wanders by itself in 1 s, likewise."""

DISTANCE_SIGMA_M: Final = 1.0
"""Standard error of a surveyed camera position, for what "where it sees a vehicle" can mean."""

OUTLIER: Final = 2.5
"""Standard deviations beyond which a residual moves the clock no further (Huber)."""


@dataclass(frozen=True, slots=True)
class ClockState:
    """What is believed of a camera's clock at a moment, each with its standard uncertainty.

    `offset_us` is camera minus station; `rate_ppm` its drift; `distance_m` how much farther along than surveyed the camera looks;
    `noise_us` the scatter of single pictures; `matches` how many sure ones it rests on.
    """

    offset_us: float
    offset_u_us: float
    rate_ppm: float
    distance_m: float
    distance_u_m: float
    noise_us: float
    matches: int


class CameraClock:
    """Offset of one camera's clock against the station's, from the station file and then from what is seen.

    Parameters
    ----------
    camera
        Its tolerance bounds everything: no read further than that from its expected time is ever matched.
    """

    def __init__(self, camera: Camera) -> None:
        self.camera = camera
        self.tolerance_us = float(camera.tolerance_ms * 1_000)
        self._state: NDArray[np.float64] = np.array([camera.clock_offset_ms / 1e3, 0.0, 0.0])
        self._cov: NDArray[np.float64] = np.diag([0.0, RATE_SIGMA**2, DISTANCE_SIGMA_M**2])
        self._reported_us = float(camera.clock_offset_ms * 1_000)
        self._figures: tuple[float, ...] = ()
        self._residuals_s: deque[float] = deque(maxlen=LEARNED)
        self._at_us: float | None = None
        self._noise_s = camera.tolerance_ms / 1e3 * FIRST_NOISE
        self._matches = 0
        self._restart(camera.tolerance_ms / 1e3 * WIDEST)
        self.faults: list[Fault] = []

    @property
    def offset_us(self) -> float:
        """Camera clock minus station clock at the last sure match."""
        return self._figures[0] * US_PER_S

    @property
    def learned(self) -> bool:
        """Whether enough was matched surely; until then the offset may be anything within the tolerance."""
        return self._matches >= LEARN_MIN

    @property
    def noise_us(self) -> float:
        """Scatter of single pictures, as a standard deviation."""
        return self._noise_s * US_PER_S

    def state(self) -> ClockState:
        """Give what is believed now."""
        offset_u_s, _, distance_u_m = np.sqrt(np.diag(self._cov))
        return ClockState(
            offset_us=self.offset_us,
            offset_u_us=float(offset_u_s) * US_PER_S,
            rate_ppm=float(self._state[1]) * 1e6,
            distance_m=float(self._state[2]),
            distance_u_m=float(distance_u_m),
            noise_us=self.noise_us,
            matches=self._matches,
        )

    def expected_us(self, seen: Seen) -> tuple[float, float]:
        """Give the time, on the camera's clock, of the picture of a vehicle, and its standard deviation; both in µs."""
        if not self.learned:
            return seen.time_us + self.offset_us, max(self.tolerance_us * WIDEST, seen.u_us)
        ahead_s = self._ahead_s(seen.time_us)
        offset_s, rate, distance_m, c00, c01, c02, c11, c12, c22 = self._figures
        metre = seen.s_per_m
        shift_s = offset_s + rate * ahead_s + distance_m * metre
        variance = c00 + ahead_s**2 * c11 + metre**2 * c22 + 2 * (ahead_s * c01 + metre * c02 + ahead_s * metre * c12)
        variance += OFFSET_WANDER_S**2 * ahead_s + RATE_WANDER**2 * ahead_s**3 / 3 + self._noise_s**2
        sigma_us = math.hypot(math.sqrt(variance) * US_PER_S, seen.u_us)
        return seen.time_us + shift_s * US_PER_S, min(sigma_us, self.tolerance_us * WIDEST)

    def matched(self, time_us: int, seen: Seen, probability: float) -> None:
        """Learn from a match: the picture's time on the camera's clock."""
        if probability < SURE:
            return
        self._predict(seen.time_us)
        measured = np.array([1.0, 0.0, seen.s_per_m])
        residual_s = (time_us - seen.time_us) / US_PER_S - float(measured @ self._state)
        spread = self._cov @ measured
        predicted = float(measured @ spread)
        noise = self._noise_s**2 + (seen.u_us / US_PER_S) ** 2
        bounded = OUTLIER * math.sqrt(predicted + noise)
        if self.learned and abs(residual_s) > bounded:
            noise = (abs(residual_s) / bounded) * (predicted + noise) - predicted
        gain = spread / (predicted + noise)
        self._state = self._state + gain * residual_s
        cov = self._cov - np.outer(gain, spread)
        self._cov = (cov + cov.T) / 2
        self._keep_figures()
        self._matches += 1
        self._residuals_s.append(residual_s)
        if len(self._residuals_s) >= LEARN_MIN:
            self._noise_s = max(NARROWEST_S, 1.4826 * statistics.median(map(abs, self._residuals_s)))
        if self.learned:
            self._tell("camera-clock-drift")

    def jump(self, shift: Shift, at_us: float, *, is_said: bool) -> None:
        """Believe that the clock stands elsewhere since `at_us` (UTC); what is known of the distance stays."""
        self._predict(at_us)
        self._state = self._state + np.array([shift.shift_us / US_PER_S, 0.0, 0.0])
        self._noise_s = min(self._noise_s, max(NARROWEST_S, shift.scatter_us / US_PER_S))
        self._residuals_s.clear()
        self._matches = max(self._matches, shift.support)
        self._restart(self._noise_s)
        self._tell("camera-clock-jump", always=is_said)

    def _restart(self, offset_sigma_s: float) -> None:
        self._cov[0, :] = self._cov[:, 0] = 0.0
        self._cov[0, 0] = offset_sigma_s**2
        self._keep_figures()

    def _keep_figures(self) -> None:
        """Keep as plain numbers what `expected_us` needs: it is asked far more often than anything is learnt."""
        (c00, c01, c02), (_, c11, c12), (_, _, c22) = self._cov.tolist()
        self._figures = (*self._state.tolist(), c00, c01, c02, c11, c12, c22)

    def _ahead_s(self, at_us: float) -> float:
        return 0.0 if self._at_us is None else max(0.0, (at_us - self._at_us) / US_PER_S)

    def _predict(self, at_us: float) -> None:
        """Carry state and uncertainty on to a moment; one in the past counts as now."""
        ahead_s = self._ahead_s(at_us)
        self._at_us = at_us if self._at_us is None else max(self._at_us, at_us)
        if ahead_s == 0.0:
            return
        step = np.array([[1.0, ahead_s, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
        self._state = step @ self._state
        self._cov = step @ self._cov @ step.T
        rate = RATE_WANDER**2
        self._cov[0, 0] += OFFSET_WANDER_S**2 * ahead_s + rate * ahead_s**3 / 3
        self._cov[0, 1] += rate * ahead_s**2 / 2
        self._cov[1, 0] += rate * ahead_s**2 / 2
        self._cov[1, 1] = min(self._cov[1, 1] + rate * ahead_s, RATE_SIGMA**2)

    def _tell(self, code: str, *, always: bool = False) -> None:
        """Say where the offset has gone further than the tolerance since it was last said, or `always`."""
        offset_us = self.offset_us
        if abs(offset_us - self._reported_us) <= self.tolerance_us and not always:
            return
        state = self.state()
        what = (
            f"its clock went from {self._reported_us / 1e6:+.3f} s to {offset_us / 1e6:+.3f} s against the station's, known to "
            f"{2 * state.offset_u_us / 1e6:.3f} s (k = 2); its tolerance is {self.camera.tolerance_ms} ms; matching follows it; "
            "check the camera's time server"
        )
        self.faults.append(Fault(code=code, where=self.camera.name, what=what, reaction=Reaction.RETRY))
        self._reported_us = offset_us
