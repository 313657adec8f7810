"""Faults by name: what `wim-demo --fault NAME` does to the running line.

Every fault is met by something that is counted, named and logged, and by nothing else; tests/faults holds the line to that.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from demo.errors import DemoError


@dataclass(frozen=True, slots=True)
class Blow:
    """One thing that is done to the line: a request to the simulators, or a program that is killed."""

    request: str | None = None
    kills: str | None = None


@dataclass(frozen=True, slots=True)
class NamedFault:
    """A fault that can be asked for, and what it is made of."""

    about: str
    blows: tuple[Blow, ...]


def _road(request: str, about: str) -> NamedFault:
    return NamedFault(about, (Blow(request=f"fault {request}"),))


def _kill(*programs: str, about: str) -> NamedFault:
    return NamedFault(about, tuple(Blow(kills=program) for program in programs))


FAULTS: Final[dict[str, NamedFault]] = {
    "garbled": _road("garbled p=0.05 for_s=5", "random bytes between the digitiser's frames"),
    "corrupt": _road("corrupt p=0.05 for_s=5", "flipped bits in frames; what is lost is asked for again"),
    "drop": _road("drop p=0.05 for_s=5", "frames that never arrive"),
    "duplicate": _road("duplicate p=0.2 for_s=5", "frames that arrive twice"),
    "truncate": _road("truncate p=0.05 for_s=5", "frames cut short"),
    "half-frame": _road("half_frame", "half a frame, then silence, then live frames"),
    "hang-up": _road("hang_up", "the serial line is pulled out and put back"),
    "stall": _road("stall for_s=2", "the digitiser says nothing for 2 s and keeps the backlog"),
    "dead-channel": _road("dead channel={channel} for_s=8", "one sensor gives 0 for 8 s"),
    "stuck-channel": _road("stuck channel={channel} for_s=8", "one sensor stands still for 8 s"),
    "saturated": _road("saturated channel={channel} for_s=8", "one sensor stands at full scale for 8 s"),
    "spikes": _road("spikes channel={channel} for_s=8", "single wild samples on one sensor"),
    "drift": _road("drift channel={channel} for_s=8", "one sensor's zero drifts away"),
    "reset": _road("reset", "the digitiser restarts and counts from 0"),
    "modbus-exception": _road("modbus_exception target=site for_s=3", "the cabinet device answers with exceptions"),
    "modbus-silence": _road("modbus_silence target=site for_s=3", "the cabinet device does not answer"),
    "temperature": _road("temperature_fault for_s=8", "the pavement thermometer is broken"),
    "adc-fault": _road("adc_fault for_s=8", "the converter reports that its counts mean nothing"),
    "door": _road("door for_s=8", "somebody opens the cabinet"),
    "mains": _road("mains for_s=8", "the mains fail, the battery takes over"),
    "tamper": _road("tamper for_s=8", "the tamper contact latches"),
    "camera-dead": _road("dead_camera for_s=10", "the camera takes no pictures for 10 s"),
    "clock-jump": _road("clock_jump ms=5000", "the camera's clock jumps by 5 s"),
    "malformed-push": _road("malformed_push for_s=6", "XML that is cut in the middle"),
    "garbled-push": _road("garbled_push for_s=6", "random bytes instead of a push"),
    "oversize-push": _road("oversize_push times=1 for_s=30", "a picture of 20 MB"),
    "half-push": _road("half_push for_s=4", "the camera hangs up in mid-push and tries again"),
    "duplicate-push": _road("duplicate_push for_s=6", "every push comes twice"),
    "misread": _road("misread for_s=6", "one character of each plate is read wrongly"),
    "kill-edge": _kill("edge", about="kill -9 of the edge"),
    "kill-plates": _kill("plates", about="kill -9 of the plate reader"),
    "kill-central": _kill("central", about="kill -9 of central"),
    "kill-broker": _kill("broker", about="kill -9 of the broker, whose queues are in memory"),
    "kill-all": _kill("edge", "central", "broker", "plates", about="kill -9 of each of them in turn"),
}


def blows_of(names: Iterable[str], channel: str) -> list[Blow]:
    """Give what is to be done for the named faults, in order; `channel` is the sensor channel that channel faults act on.

    Raises
    ------
    DemoError
        If there is no such fault.
    """
    blows: list[Blow] = []
    for name in names:
        if name not in FAULTS:
            raise DemoError(f"there is no fault {name!r}; allowed are {', '.join(FAULTS)}")
        blows += [Blow(blow.request and blow.request.format(channel=channel), blow.kills) for blow in FAULTS[name].blows]
    return blows


class Schedule:
    """Spreads blows evenly over a run of `vehicles`: with two of them the first falls after a third, the second after two thirds."""

    def __init__(self, blows: list[Blow], vehicles: int) -> None:
        share = vehicles / (len(blows) + 1)
        self._waiting = [(max(1, round(share * (place + 1))), blow) for place, blow in enumerate(blows)]

    def due(self, passed: int) -> list[Blow]:
        """Give the blows that fall now that `passed` vehicles have passed, each once."""
        now = [blow for after, blow in self._waiting if after <= passed]
        self._waiting = [(after, blow) for after, blow in self._waiting if after > passed]
        return now
