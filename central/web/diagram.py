"""The axle diagram: side view to scale, each axle's load with its uncertainty, each group and the gross against its limit.

`draw` gives the geometry, in the pixels of an SVG view box; the template ``diagram.svg`` draws it in the colours of its page.
`compact` gives the same drawing as one line for a terminal.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from central.web.rounding import KG_PER_T, Towards, rounded
from central.web.silhouette import Outline, Silhouette, silhouette
from contract.records import AxleEntry, VehicleRecord
from contract.verdicts import Finding

WIDTH_PX: Final = 880
_MARGIN_PX: Final = 34
_NOTE_PX: Final = 26
"""Room above the vehicle for the note on its direction."""
_SCALE_MAX_PX_M: Final = 42.0
"""Largest scale, so that a car is not drawn as large as a lorry."""
_BARS_PX: Final = 132
"""Height of the longest load bar with its whisker."""
_BAR_MAX_PX: Final = 34.0
_BAR_SHARE_OF_SPACING: Final = 0.62
_SPACING_ROW_PX: Final = 30
_LABEL_PX: Final = 34
"""Room above the bars for two lines of figures."""
_AXLE_LABEL_PX: Final = 30
"""Height of an axle's two lines of figures above its whisker."""
_GROUP_ROW_PX: Final = 62
_GROSS_ROW_PX: Final = 62


@dataclass(frozen=True, slots=True)
class AxleBar:
    """One axle: wheel position, and its bar upwards from the base; `left_px` is the left wheels' share, None where not weighed alone."""

    number: int
    entry: AxleEntry
    x_px: float
    width_px: float
    height_px: float
    left_px: float | None
    whisker_top_px: float
    label_px: float
    """From where its figures stand: above the whisker, and above the limit's line where that would cross them."""
    whisker_bottom_px: float


@dataclass(frozen=True, slots=True)
class Spacing:
    """The distance between two wheel centres."""

    start_px: float
    stop_px: float
    spacing_mm: int


@dataclass(frozen=True, slots=True)
class GroupBracket:
    """An axle group; `limit_line_px` is the height of its limit shared equally by its axles, None without a limit."""

    number: int
    start_px: float
    stop_px: float
    load_kg: int
    finding: Finding | None
    limit_line_px: float | None

    @property
    def centre_px(self) -> float:
        """Middle of the bracket."""
        return (self.start_px + self.stop_px) / 2


@dataclass(frozen=True, slots=True)
class GrossBar:
    """The gross weight against its limit, from the left margin to the right."""

    length_px: float
    whisker_start_px: float
    whisker_stop_px: float
    limit_px: float | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """All that the template needs, in pixels; y grows downwards."""

    record: VehicleRecord
    height_px: float
    ground_px: float
    base_px: float
    gross_px: float
    wheel_px: float
    start_px: float
    stop_px: float
    length_known: bool
    bodies: tuple[str, ...]
    windows: tuple[str, ...]
    chassis: tuple[tuple[float, float], ...]
    chassis_px: float
    axles: tuple[AxleBar, ...]
    spacings: tuple[Spacing, ...]
    groups: tuple[GroupBracket, ...]
    gross: GrossBar
    width_px: int = WIDTH_PX
    margin_px: int = _MARGIN_PX


def draw(record: VehicleRecord) -> Drawing:
    """Lay out the diagram of a record."""
    outline = silhouette(record)
    scale = min((WIDTH_PX - 2 * _MARGIN_PX) / outline.length_m, _SCALE_MAX_PX_M)
    start = (WIDTH_PX - outline.length_m * scale) / 2
    ground = _NOTE_PX + outline.top_m * scale
    base = ground + _SPACING_ROW_PX + _LABEL_PX + _BARS_PX
    findings = _findings_by_group(record)
    kg_px = _BARS_PX / _top_kg(record, findings)
    centres = tuple(start + x * scale for x in outline.axles_m)
    width = _bar_width_px(centres)
    numbers = sorted({axle.group for axle in record.axles})
    return Drawing(
        record=record,
        height_px=base + _GROUP_ROW_PX + _GROSS_ROW_PX,
        ground_px=ground,
        base_px=base,
        gross_px=base + _GROUP_ROW_PX,
        wheel_px=outline.wheel_m * scale,
        start_px=start,
        stop_px=start + outline.length_m * scale,
        length_known=outline.length_known,
        bodies=tuple(_path(body, start, ground, scale) for body in outline.bodies),
        windows=tuple(_path(window, start, ground, scale) for window in outline.windows),
        chassis=tuple((start + a * scale, start + b * scale) for a, b in outline.chassis),
        chassis_px=ground - _frame_m(outline) * scale,
        axles=tuple(
            _axle(number, entry, (x, width), kg_px, _line_px(record, findings, entry, kg_px))
            for number, (entry, x) in enumerate(zip(record.axles, centres, strict=True), 1)
        ),
        spacings=tuple(
            Spacing(before, after, entry.spacing_mm or 0)
            for before, after, entry in zip(centres[:-1], centres[1:], record.axles[1:], strict=True)
        ),
        groups=tuple(_group(number, _members(record, number, centres), width, findings.get(number), kg_px) for number in numbers),
        gross=_gross(record),
    )


def _frame_m(outline: Silhouette) -> float:
    return 2 * outline.wheel_m


def _findings_by_group(record: VehicleRecord) -> dict[int, Finding]:
    return {int(f.subject.removeprefix("group ")): f for f in record.verdict.findings if f.subject.startswith("group ")}


def _top_kg(record: VehicleRecord, findings: dict[int, Finding]) -> float:
    """Load that the longest bar must show: the heaviest axle with its uncertainty, or the highest shared limit."""
    sizes = {number: sum(axle.group == number for axle in record.axles) for number in findings}
    limits = [finding.limit_kg / sizes[number] for number, finding in findings.items() if sizes[number]]
    return max([axle.load_kg + axle.u_kg for axle in record.axles] + limits + [1])


def _bar_width_px(centres: tuple[float, ...]) -> float:
    nearest = min((after - before for before, after in pairwise(centres)), default=_BAR_MAX_PX * 2)
    return min(_BAR_MAX_PX, nearest * _BAR_SHARE_OF_SPACING)


def _line_px(record: VehicleRecord, findings: dict[int, Finding], entry: AxleEntry, kg_px: float) -> float | None:
    """Give how high the limit's line of an axle's group lies, None where it has none."""
    finding = findings.get(entry.group)
    return None if finding is None else finding.limit_kg / sum(axle.group == entry.group for axle in record.axles) * kg_px


def _axle(number: int, entry: AxleEntry, place: tuple[float, float], kg_px: float, line_px: float | None) -> AxleBar:
    """Lay out one axle at its middle, with its bar's width."""
    top_px = (entry.load_kg + entry.u_kg) * kg_px
    crossed = line_px is not None and top_px < line_px < top_px + _AXLE_LABEL_PX
    return AxleBar(
        number=number,
        entry=entry,
        x_px=place[0],
        width_px=place[1],
        height_px=entry.load_kg * kg_px,
        left_px=None if entry.left_kg is None or entry.right_kg is None else entry.left_kg * kg_px,
        whisker_top_px=top_px,
        label_px=line_px if crossed and line_px is not None else top_px,
        whisker_bottom_px=max(entry.load_kg - entry.u_kg, 0) * kg_px,
    )


def _members(record: VehicleRecord, number: int, centres: tuple[float, ...]) -> list[tuple[AxleEntry, float]]:
    return [(entry, x) for entry, x in zip(record.axles, centres, strict=True) if entry.group == number]


def _group(number: int, members: list[tuple[AxleEntry, float]], width_px: float, finding: Finding | None, kg_px: float) -> GroupBracket:
    return GroupBracket(
        number=number,
        start_px=members[0][1] - width_px / 2 - 4,
        stop_px=members[-1][1] + width_px / 2 + 4,
        load_kg=sum(entry.load_kg for entry, _ in members),
        finding=finding,
        limit_line_px=None if finding is None else finding.limit_kg / len(members) * kg_px,
    )


def _gross(record: VehicleRecord) -> GrossBar:
    finding = record.verdict.gross
    limit = None if finding is None else finding.limit_kg
    px_kg = (WIDTH_PX - 2 * _MARGIN_PX) / max(record.gross_kg + record.gross_u_kg, limit or 0, 1)
    return GrossBar(
        length_px=record.gross_kg * px_kg,
        whisker_start_px=max(record.gross_kg - record.gross_u_kg, 0) * px_kg,
        whisker_stop_px=(record.gross_kg + record.gross_u_kg) * px_kg,
        limit_px=None if limit is None else limit * px_kg,
        finding=finding,
    )


def _path(outline: Outline, start_px: float, ground_px: float, scale: float) -> str:
    points = " L".join(f"{start_px + x * scale:.1f},{ground_px - y * scale:.1f}" for x, y in outline)
    return f"M{points} Z"


_METRES_PER_DASH: Final = 1.0


def compact(record: VehicleRecord) -> str:
    """Give the diagram as one line: axles as ``o``, a dash per metre between groups, then each group's load and the gross, in tonnes.

    A group or gross above its limit is marked with ``!``: ``o---oo-----ooo  6.5 | 18.4 | 27.2!  52.1 ± 1.2!/49.0 t``.
    """
    line = ["o"]
    for before, axle in zip(record.axles[:-1], record.axles[1:], strict=True):
        dashes = 0 if axle.group == before.group else max(1, round((axle.spacing_mm or 0) / 1000 / _METRES_PER_DASH))
        line.append("-" * dashes + "o")
    findings = _findings_by_group(record)
    loads = []
    for number in sorted({axle.group for axle in record.axles}):
        load_kg = sum(axle.load_kg for axle in record.axles if axle.group == number)
        loads.append(_tenths(load_kg) + ("!" if number in findings and findings[number].exceeded else ""))
    gross = record.verdict.gross
    limit = "" if gross is None else ("!" if gross.exceeded else "") + f"/{_tenths(gross.limit_kg)}"
    return f"{''.join(line)}  {' | '.join(loads)}  {_tenths(record.gross_kg)} ± {_tenths(record.gross_u_kg, Towards.UP)}{limit} t"


def _tenths(load_kg: int, towards: Towards = Towards.NEAREST) -> str:
    tonnes, tenth = divmod(rounded(load_kg, KG_PER_T // 10, towards), 10)
    return f"{tonnes}.{tenth}"
