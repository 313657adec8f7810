"""The station's cabinet: an open door, lost mains and tampering are faults that a person must see, each told once when it begins."""

from typing import Final

from contract.faults import Fault, Reaction
from edge.drivers.base import Cabinet

WHAT: Final = {
    "cabinet-door-open": "the cabinet's door is open; if nobody works there, find out why",
    "mains-lost": "the mains are gone and the station runs on its battery; bring them back",
    "cabinet-tampered": "the tamper contact has latched; look at the cabinet, then clear the contact at the device",
}
"""Code of each condition → what a person shall do about it."""


class CabinetWatch:
    """Turns the state of one cabinet into faults when something begins."""

    def __init__(self) -> None:
        self._present: set[str] = set()

    def take(self, device: str, cabinet: Cabinet) -> list[Fault]:
        """Take the cabinet's present state and give a fault for each condition that was not there before."""
        now = _conditions(cabinet)
        begun, self._present = now - self._present, now
        return [Fault(code=code, where=device, what=WHAT[code], reaction=Reaction.REJECT) for code in sorted(begun)]


def _conditions(cabinet: Cabinet) -> set[str]:
    found = set()
    if Cabinet.DOOR_OPEN in cabinet:
        found.add("cabinet-door-open")
    if Cabinet.MAINS not in cabinet or Cabinet.BATTERY in cabinet:
        found.add("mains-lost")
    if Cabinet.TAMPER in cabinet:
        found.add("cabinet-tampered")
    return found
