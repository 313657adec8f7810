"""MT-SICS (Mettler-Toledo standard interface command set), level 0: the weight at once, stable or not."""

import re
from typing import Final

from calibration.scales.reading import Condition, Reading, reading_of
from calibration.scales.stream import LineParser, Step

REQUEST: Final = b"SI\r\n"
"""Send the weight at once."""

WEIGHT: Final = re.compile(rb"S ([SD]) (?=.{10} )( *-?[0-9]+(?:\.([0-9]+))?) ([A-Za-z]{1,4}) *")
STATES: Final = {b"S +": Condition.OVERLOAD, b"S -": Condition.UNDERLOAD}
NOT_NOW: Final = b"S I"
REFUSALS: Final = frozenset({b"ES", b"ET", b"EL"})
"""Syntax error, transmission error, logical error."""


class MtSicsParser(LineParser):
    """Reads the answers.

    ::

        "S S" or "S D"   " "   weight, right-aligned in 10   " "   unit   CR LF        stable, dynamic
        "S +"  "S -"  "S I"                                                CR LF        overload, underload, cannot be carried out now

    There is no checksum: the width of the field is all that shows a lost byte, so that readings are also compared with their neighbours
    (`plausibility`). A tare is not told: SI gives what is shown, gross or net.
    """

    line_max = 40

    def _decode(self, line: bytes) -> Step:
        if line in REFUSALS:
            return Step(0, damage="device-error")
        if line in STATES:
            return Step(0, reading_of(0, 0, "kg", line, condition=STATES[line]))
        if line == NOT_NOW:
            return Step(0, reading_of(0, 0, "kg", line, condition=Condition.ERROR, note="the scale cannot weigh now (S I)"))
        reading = self._weight(line)
        return Step(0, reading) if reading else Step(0, damage="bad-frame")

    def _weight(self, line: bytes) -> Reading | None:
        match = WEIGHT.fullmatch(line)
        if match is None or len(match[2]) != 10:
            return None
        digits = int(match[2].replace(b".", b""))
        return reading_of(digits, len(match[3] or b""), match[4].decode("ascii"), line, stable=match[1] == b"S")
