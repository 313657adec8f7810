"""The versions of one legal order, and the one in force at a moment."""

from collections.abc import Mapping
from itertools import pairwise

from contract.faults import StopError
from contract.limits.pack import RulePack, local_day


class RuleBook:
    """Rule packs of one family, in order of their dates.

    Parameters
    ----------
    packs
        At least one, each by the file it comes from. All but the last end: two are never in force on one day.

    Raises
    ------
    StopError
        ``rules-overlap`` if two are in force on one day, ``rules-family`` if they are of two families or none is given.
    """

    def __init__(self, packs: Mapping[str, RulePack]) -> None:
        ordered = sorted(packs.items(), key=lambda item: item[1].effective_from)
        self.packs = tuple(pack for _, pack in ordered)
        families = {pack.family for pack in self.packs}
        if len(families) != 1:
            given = ", ".join(sorted(families)) or "none"
            raise StopError("rules-family", ", ".join(packs) or "rule packs", f"family: {given}; a rule book holds the versions of one")
        for (earlier, before), (later, after) in pairwise(ordered):
            if before.effective_until is None or before.effective_until >= after.effective_from:
                what = (
                    f"effective_from: {after.effective_from} lies within {earlier}, in force from {before.effective_from} until "
                    f"{before.effective_until or 'further notice'}; give that one an effective_until before it"
                )
                raise StopError("rules-overlap", later, what)

    def at(self, time_us: int) -> tuple[RulePack, bool]:
        """Give the pack for a moment, and whether it is in force then.

        Where none is (a clock that stands before the first, a gap between two), it is the nearest one before, else the first: the vehicle
        must be recorded all the same, and the caller bars it.
        """
        begun = [pack for pack in self.packs if pack.effective_from <= local_day(time_us, pack.utc_offset_h)]
        pack = begun[-1] if begun else self.packs[0]
        return pack, pack.in_force(time_us)
