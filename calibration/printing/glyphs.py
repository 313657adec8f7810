"""Which characters the documents' font can show; an archivable file may hold no other."""

import re
import struct
from bisect import bisect_right
from functools import cache
from pathlib import Path
from typing import Final

import cvttf_NotoSansCJK_Regular

FONT_FOLDER: Final = Path(cvttf_NotoSansCJK_Regular.__file__).parent
_FIGURE: Final = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9])|(?:kg|t|mm|m|km/h|kB|s)(?![A-Za-z]))")
"""The blank between the thousands of a figure, or between it and its unit."""
_FULL_UNICODE: Final = (3, 10)
"""Platform and encoding of the character map that covers all of Unicode (OpenType, `cmap`)."""


def shown(text: str) -> str:
    """Give a text in which every character that the font has not stands as its code, such as ``[U+1F69A]``: seen, not lost.

    No line ends within a figure such as 49 000 kg.
    """
    kept = _FIGURE.sub("\u00a0", text)
    return "".join(letter if letter == "\n" or _is_covered(ord(letter)) else f"[U+{ord(letter):04X}]" for letter in kept)


def _is_covered(code: int) -> bool:
    starts, ends = _coverage()
    place = bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place] and code >= ord(" ")


@cache
def _coverage() -> tuple[list[int], list[int]]:
    """Read the first and last characters of the font's ranges.

    Layout (OpenType 1.9): table directory at 12, 16 bytes each: tag, checksum, offset, length; `cmap`: version, count, then records of
    platform, encoding, offset; subtable of format 12: format, reserved, length, language, count, then groups of first, last, glyph.
    """
    (path,) = FONT_FOLDER.glob("*.otf")
    data = path.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    directory = {data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0] for at in range(12, 12 + 16 * tables, 16)}
    cmap = directory[b"cmap"]
    (count,) = struct.unpack_from(">H", data, cmap + 2)
    records = [struct.unpack_from(">HHI", data, cmap + 4 + 8 * index) for index in range(count)]
    subtable = cmap + next(offset for platform, encoding, offset in records if (platform, encoding) == _FULL_UNICODE)
    (groups,) = struct.unpack_from(">I", data, subtable + 12)
    found = [struct.unpack_from(">II", data, subtable + 16 + 12 * index) for index in range(groups)]
    return [first for first, _ in found], [last for _, last in found]
