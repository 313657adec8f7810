"""Blocks and gaps that cannot be are refused."""

import numpy as np
import pytest

from contract.samples import Block, Gap


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (3, 3), (4, 3)])
def test_a_gap_that_cannot_be(start, stop):
    with pytest.raises(ValueError, match="a gap runs from"):
        Gap(start, stop)


@pytest.mark.parametrize(
    ("start", "counts", "gaps", "said"),
    [
        (0, np.zeros(4, np.int32), (), "int32"),
        (0, np.zeros((1, 4)), (), "int32"),
        (-1, np.zeros((1, 4), np.int32), (), "counter >= 0"),
        (10, np.zeros((1, 4), np.int32), (Gap(9, 11),), "outside the block"),
        (10, np.zeros((1, 4), np.int32), (Gap(13, 15),), "outside the block"),
    ],
)
def test_a_block_that_cannot_be(start, counts, gaps, said):
    with pytest.raises(ValueError, match=said):
        Block(start, counts, gaps)


def test_a_block_knows_where_it_stops():
    assert Block(10, np.zeros((2, 4), np.int32), (Gap(10, 14),)).stop == 14
