"""Lists of carriers: what is taken, what is refused by line, and that a comparison is what is then done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.analysis.carriers import (
    BadLine,
    LineFault,
    changes_of,
    parse_carriers,
    read_carriers,
    register,
    replace_carriers,
    replace_compared,
)
from central.evidence.acts import ActFilter, find_acts
from central.evidence.journal import Actor
from contract.faults import RejectError
from tests.central.bench import Bench

WANG = Actor("Wang", "wang-admin", "10.0.0.1")
REGISTER = st.dictionaries(
    st.text("湘京AB12", min_size=1, max_size=4), st.text("甲乙 c", min_size=1, max_size=3).map(str.strip).filter(bool)
)


def as_list(carriers: dict[str, str]) -> bytes:
    return "\r\n".join(["plate,carrier", *(f"{plate},{name}" for plate, name in carriers.items())]).encode()


def test_each_bad_line_is_named_as_an_editor_counts_it():
    lines = "plate,carrier\n湘A00001,甲\n湘A00002\n\n,甲\n湘A00003,\n湘A00001,乙\n湘 a 00001,甲\n"
    found = read_carriers(lines.encode("gb18030"), "list")
    assert found.carriers == {"湘A00001": "甲"}
    assert found.bad == (
        BadLine(3, LineFault.FIELDS, "湘A00002"),
        BadLine(5, LineFault.PLATE, ",甲"),
        BadLine(6, LineFault.NAME, "湘A00003,"),
        BadLine(7, LineFault.TWO_CARRIERS, "湘A00001,乙"),
    )
    with pytest.raises(RejectError, match=r"line 3: .*; line 5: .*; line 6: .*; line 7: "):
        parse_carriers(lines.encode(), "list")


@pytest.mark.parametrize("data", [b"", b"name,plate\n", b"\xff\xfe\x00", b"PK\x03\x04\x00zip", b'plate,carrier\n"' + b"x" * 200_000])
def test_what_is_no_list_is_refused_as_such(data: bytes):
    with pytest.raises(RejectError) as caught:
        read_carriers(data, "list")
    assert caught.value.code in {"carriers-head", "carriers-encoding"}


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes):
    try:
        found = read_carriers(b"plate,carrier\n" + data, "list")
    except RejectError:
        return
    assert all(one.line >= 2 for one in found.bad)


@given(before=REGISTER, after=REGISTER)
def test_a_comparison_tells_every_difference_and_no_more(before: dict[str, str], after: dict[str, str]):
    changes = changes_of(before, after)
    kept = {plate: name for plate, name in before.items() if (plate, name) not in changes.removed}
    assert kept | dict(changes.added) | {plate: new for plate, _, new in changes.changed} == after
    assert changes.same + len(changes.added) + len(changes.changed) == len(after)


def test_a_list_takes_the_place_of_the_register_that_it_was_compared_with_and_of_no_other(bench: Bench):
    with bench.central.database.write() as session:
        replace_carriers(session, WANG, {"湘A00001": "甲", "湘A00002": "甲", "湘A00003": "乙"}, 1)
        listed = parse_carriers(as_list({"湘A00001": "甲", "湘A00002": "丙", "湘A00004": "丙"}), "list")
        changes = changes_of(register(session), listed)
        assert changes.added == (("湘A00004", "丙"),)
        assert changes.removed == (("湘A00003", "乙"),)
        assert changes.changed == (("湘A00002", "甲", "丙"),)
        assert changes.same == 1
        replace_compared(session, WANG, listed, changes.register_sha256, 2)
        assert register(session) == listed
        with pytest.raises(RejectError, match="compare it again"):
            replace_compared(session, WANG, {}, changes.register_sha256, 3)
        (last, _) = find_acts(session, ActFilter(subject="carriers")).rows
    assert (last.entry.person, last.entry.detail) == ("Wang", {"plates": 3, "carriers": 2, "plates_before": 3})
