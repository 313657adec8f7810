"""The arithmetic of the stored tree: which hashes are kept, and how any root or proof is made of them.

Kept are the leaves' bytes and the roots of complete subtrees of 256, 256², … leaves. A tile is up to 256 neighbours of one level: level 0
are the hashes of leaves, level k those of subtrees of 256^k leaves. With a million leaves a proof reads at most six tiles, and every 256th
leaf adds one row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from contract.faults import RejectError
from contract.log.tree import EMPTY_ROOT, ConsistencyProof, InclusionProof, node_hash

TILE_BITS: Final = 8
"""As c2sp.org/tlog-tiles has it."""
TILE: Final = 1 << TILE_BITS

Tiles = Callable[[int, int], Sequence[bytes]]
"""Gives the hashes of a tile by its level and its number; of the last tile of a level there may be fewer than 256."""


@dataclass(frozen=True, slots=True)
class Node:
    """The root of a complete subtree of 256^level leaves."""

    level: int
    index: int
    hash: bytes

    @property
    def leaves(self) -> range:
        """The leaves below it."""
        return range(self.index << TILE_BITS * self.level, (self.index + 1) << TILE_BITS * self.level)


class Frontier:
    """A tree that only grows: what is needed to go on and to tell the root, some twenty hashes for a million leaves."""

    def __init__(self) -> None:
        self.size = 0
        self._complete: list[bytes] = []

    def add(self, hashed: bytes) -> list[Node]:
        """Add a leaf by its hash, and give the subtrees to be kept that it completes."""
        completed, level, rest = [], 0, self.size
        while rest & 1:
            hashed, level, rest = node_hash(self._complete.pop(), hashed), level + 1, rest >> 1
            if level % TILE_BITS == 0:
                completed.append(Node(level // TILE_BITS, self.size >> level, hashed))
        self._complete.append(hashed)
        self.size += 1
        return completed

    @property
    def root(self) -> bytes:
        """The root of the tree so far."""
        return folded(self._complete)


def kept_nodes(size: int) -> int:
    """Give how many hashes are kept of a tree of so many leaves."""
    count = 0
    while size := size >> TILE_BITS:
        count += size
    return count


def folded(hashes: Sequence[bytes]) -> bytes:
    """Give the root over complete subtrees that stand side by side, each smaller than the one before it."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """Give the root over 1, 2, 4, … or 256 hashes of one level."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


def root_of(tiles: Tiles, size: int) -> bytes:
    """Give the root of the tree of the first `size` leaves."""
    return _range_root(tiles, 0, size)


def prove_inclusion(tiles: Tiles, index: int, size: int) -> InclusionProof:
    """Make the proof that leaf `index` is in the tree of the first `size` leaves (RFC 9162, 2.1.3.1)."""
    beside, first, last = [], 0, size
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            beside.append((middle, last))
            last = middle
        else:
            beside.append((first, middle))
            first = middle
    return InclusionProof(index, size, tuple(_range_root(tiles, *one) for one in reversed(beside)))


def prove_consistency(tiles: Tiles, old_size: int, size: int) -> ConsistencyProof:
    """Make the proof that the tree of `old_size` leaves is the beginning of that of `size` (RFC 9162, 2.1.4.1)."""
    if old_size in {0, size}:
        return ConsistencyProof(old_size, size, ())
    beside, first, last = [], 0, size
    while last != old_size:
        middle = first + _split(last - first)
        if old_size <= middle:
            beside.append((middle, last))
            last = middle
        else:
            beside.append((first, middle))
            first = middle
    if first:
        beside.append((first, last))
    return ConsistencyProof(old_size, size, tuple(_range_root(tiles, *one) for one in reversed(beside)))


def _range_root(tiles: Tiles, first: int, last: int) -> bytes:
    """Give the root over leaves [first, last), which begin where a subtree of at least that size begins."""
    parts = []
    while first < last:
        height = (last - first).bit_length() - 1
        parts.append(_subtree(tiles, height, first >> height))
        first += 1 << height
    return folded(parts)


def _subtree(tiles: Tiles, height: int, index: int) -> bytes:
    """Give the root of the complete subtree number `index` of 2^height leaves."""
    level, within = divmod(height, TILE_BITS)
    tile, place = divmod(index << within, TILE)
    hashes = tiles(level, tile)[place : place + (1 << within)]
    if len(hashes) != 1 << within:
        what = "leaf" if level == 0 else f"hash of level {level}"
        raise RejectError("log-incomplete", f"{what} {tile * TILE + place + len(hashes)}", "is missing from the log")
    return complete_root(hashes)


def _split(size: int) -> int:
    """Give the largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
