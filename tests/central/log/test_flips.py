"""Single bits of everything that the log stores, flipped one at a time: found, and the object named."""

import random

import pytest

from tests.central.log.conftest import Logged

SAMPLES = 20
"""Bits of each kind of object; every one costs a whole audit."""

OBJECTS = {
    "leaf": ("log_leaf", "leaf", "leaf_index", ("leaf ", "leaf {key})", "leaves 0 to 255")),
    "kept hash": ("log_node", "hash", "node_index", ("kept hash of leaves 0 to 255",)),
    "checkpoint": ("log_checkpoint", "note", "id", ("checkpoint {key}:",)),
    "cosignature": ("log_cosignature", "line", "checkpoint_id", ("on checkpoint {key}:",)),
    "time stamp": ("log_timestamp", "answer", "checkpoint_id", ("time stamp of checkpoint {key}:",)),
    "act": ("act", "entry", "id", ("act {key} ",)),
    "record": ("record", "payload", "id", ("(leaf {leaf})",)),
}


@pytest.fixture
def full(logged: Logged) -> Logged:
    logged.act(256)
    logged.keep()
    logged.send(3)
    logged.keep()
    assert logged.audit().failures == []
    return logged


@pytest.mark.parametrize("kind", OBJECTS)
def test_a_flipped_bit_is_found_and_its_object_named(full: Logged, kind: str):
    table, column, key_column, named = OBJECTS[kind]
    draw = random.Random(kind)
    with full.bench.central.database.read() as session:
        rows = session.connection().exec_driver_sql(f"SELECT {key_column}, {column} FROM {table}").all()
    missed = []
    for _ in range(SAMPLES):
        key, stored = draw.choice(rows)
        raw = bytearray(stored.encode() if isinstance(stored, str) else stored)
        bit = draw.randrange(len(raw) * 8)
        raw[bit // 8] ^= 1 << bit % 8
        cast = "TEXT" if isinstance(stored, str) else "BLOB"
        full.execute(f"UPDATE {table} SET {column} = CAST(X'{raw.hex()}' AS {cast}) WHERE {key_column} = {key}")
        failures = " | ".join(full.audit().failures)
        wanted = [one.format(key=key, leaf=255 + key) for one in named]
        if not any(one in failures for one in wanted):
            missed.append((key, bit, failures[:200]))
        whole = (stored.encode() if isinstance(stored, str) else stored).hex()
        full.execute(f"UPDATE {table} SET {column} = CAST(X'{whole}' AS {cast}) WHERE {key_column} = {key}")
    assert missed == []
    assert full.audit().failures == []
