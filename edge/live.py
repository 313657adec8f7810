"""What a technician sees live: the signal of every lane, and the latest vehicles with their crossings."""

from typing import Any, Final

from contract.faults import RejectError
from edge.lane import LaneRun
from edge.passes import PassBook
from edge.signals import KEPT_S, POINTS_HZ

POINTS_MOST: Final = KEPT_S * POINTS_HZ


class LiveView:
    """The lanes' rings and the book of passes; its methods may be called from any thread."""

    def __init__(self, lanes: tuple[LaneRun, ...], passes: PassBook | None = None) -> None:
        self._lanes = {lane.lane.id: lane for lane in lanes}
        self.passes = passes or PassBook()

    def signals(self, lane: int | None, stream: str, since: int, seconds: float) -> dict[str, Any]:
        """Give the newest signal of a lane (the first one where none is named) from point `since` of `stream` on, as JSON.

        Raises
        ------
        RejectError
            If the station has no such lane.
        """
        run = self._lanes.get(next(iter(self._lanes), 0) if lane is None else lane)
        if run is None:
            known = ", ".join(map(str, self._lanes)) or "none"
            raise RejectError("lane-unknown", f"lane {lane}", f"has no digitiser at this station; lanes with one: {known}")
        ring = run.signals
        view = ring.view(since if stream == ring.stream else 0, min(POINTS_MOST, max(1, round(seconds * POINTS_HZ))))
        return {**view, "channels_at_fault": run.state.channels_at_fault, "pavement_c": run.state.pavement_c, "lanes": list(self._lanes)}
