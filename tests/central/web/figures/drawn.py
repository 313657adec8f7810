"""Random but lawful records, most of them at the edges where a rounding could tell a lie."""

from hypothesis import strategies as st

from contract.limits import evaluate, weighed_of
from contract.limits.applied import assess
from contract.records import AxleEntry, FlagEntry, Identity, VehicleRecord
from contract.rules import rule_pack
from contract.vehicles import Body, VehicleFlag
from contract.verdicts import DecisionRule
from tests.signing_station import SigningStation

STATION = SigningStation()
NEAR = (-1_001, -1_000, -951, -50, -1, 0, 1, 40, 49, 50, 51, 99, 100, 949, 950, 999, 1_000, 1_001, 1_049, 2_000, 9_999)
"""By how much a weight is drawn off the bound it is judged by: its limit, or its limit and guard band."""
LOADS = st.one_of(
    st.integers(300, 25_000), st.sampled_from((999, 1_000, 9_050, 9_949, 9_950, 9_999, 10_000, 10_050, 49_050, 49_500, 100_000))
)
SPACINGS = st.one_of(st.integers(700, 9_000), st.sampled_from((999, 1_000, 1_299, 1_300, 1_301, 1_399, 1_799, 1_800, 1_995, 10_005)))
US = st.one_of(st.integers(0, 2_000), st.sampled_from((0, 1, 49, 50, 51, 99, 100, 949, 950, 951, 1_000, 1_049, 1_050)))


@st.composite
def records(draw: st.DrawFn, packs: tuple[str, ...] = ("cn", "eu", "us")) -> VehicleRecord:
    """Give a record of 2 to 12 axles with the verdict of its rules, its gross weight often a step from what decides."""
    pack, rule = rule_pack(draw(st.sampled_from(packs))), draw(st.sampled_from(DecisionRule))
    count = draw(st.integers(2, 12))
    loads = draw(st.lists(LOADS, min_size=count, max_size=count))
    groups = _groups(draw, count)
    spacings = [None, *draw(st.lists(SPACINGS, min_size=count - 1, max_size=count - 1))]
    u_kg = draw(US)
    body = draw(st.sampled_from(Body))
    share_ppm = draw(st.sampled_from((0, 12_345, 50_000))) if rule is DecisionRule.MAXIMUM_PERMISSIBLE_ERROR else None

    def made(loads_kg: list[int]) -> VehicleRecord:
        axles = tuple(
            AxleEntry(load_kg=load, u_kg=draw(US), left_kg=load // 2, right_kg=load - load // 2, spacing_mm=spacing, group=group)
            for load, spacing, group in zip(loads_kg, spacings, groups, strict=True)
        )
        record = STATION.vehicle(
            axles=axles,
            gross_kg=sum(loads_kg),
            gross_u_kg=u_kg,
            body=body,
            rules=Identity(id=pack.id, sha256=pack.sha256),
            speed_mm_s=draw(st.one_of(st.integers(0, 40_000), st.sampled_from((22_222, 22_223, 13_888, 13_889)))),
            speed_u_mm_s=draw(st.sampled_from((0, 1, 13, 14, 200, 278))),
            acceleration_mm_s2=draw(st.sampled_from((-1_004, -995, -5, -4, 0, 4, 5, 995, 1_004))),
            flags=(FlagEntry(flag=VehicleFlag.BRAKING, figure_milli=-1_004), FlagEntry(flag=VehicleFlag.ROWS_DISAGREE, figure_milli=151)),
            plate_certainty_ppm=draw(st.sampled_from((0, 799_999, 800_000, 999_949, 999_950, 1_000_000))),
        )
        return record.model_copy(update={"verdict": evaluate(pack, weighed_of(record), rule, share_ppm)})

    record = made(loads)
    gross = assess(pack, weighed_of(record)).gross
    if gross is None or not draw(st.booleans()):
        return record
    wanted_kg = gross.limit_kg + draw(st.sampled_from((0, u_kg))) + draw(st.sampled_from(NEAR))
    rest_kg = wanted_kg - record.gross_kg + loads[-1]
    if not 0 < rest_kg < 500_000:
        whole, over = divmod(max(wanted_kg, count), count)
        return made([whole] * (count - 1) + [whole + over])
    return made([*loads[:-1], rest_kg])


def _groups(draw: st.DrawFn, count: int) -> list[int]:
    groups = [1]
    for new in draw(st.lists(st.booleans(), min_size=count - 1, max_size=count - 1)):
        groups.append(groups[-1] + new)
    return groups
