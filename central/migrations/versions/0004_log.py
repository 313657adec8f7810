"""The log: leaves and kept hashes, checkpoints, cosignatures and time stamps. What is stored already becomes the log's first leaves."""

import hashlib
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from central.clock import now_us
from central.evidence.log.tiles import Frontier
from contract.log.leaves import ActLeaf, RecordLeaf, leaf_bytes
from contract.log.tree import leaf_hash

revision: Final = "0004"
down_revision: Final = "0003"

BIG: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BATCH: Final = 1_000
_LEAF: Final = sa.table("log_leaf", *map(sa.column, ("leaf_index", "kind", "object_id", "leaf")))
_NODE: Final = sa.table("log_node", *map(sa.column, ("level", "node_index", "hash")))
_RECORD: Final = sa.table("record", *map(sa.column, ("id", "station", "seq", "sha256")))
_ACT: Final = sa.table("act", *map(sa.column, ("id", "entry")))


def upgrade() -> None:
    """Bring the tables forward."""
    _create_tree()
    _create_checkpoints()
    _enter(_stored())


def _create_tree() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("leaf_index", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("object_id", BIG, nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf_index", name=op.f("pk_log_leaf")),
    )
    op.create_index("uq_log_leaf_kind_object_id", "log_leaf", ["kind", "object_id"], unique=True)
    op.create_table(
        "log_node",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("node_index", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "node_index", name=op.f("pk_log_node")),
    )


def _create_checkpoints() -> None:
    op.create_table(
        "log_checkpoint",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("size", BIG, nullable=False),
        sa.Column("made_us", BIG, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_checkpoint")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_log_checkpoint_size", "log_checkpoint", ["size"])
    op.create_table(
        "log_cosignature",
        sa.Column("checkpoint_id", BIG, autoincrement=False, nullable=False),
        sa.Column("witness", sa.String(length=200), nullable=False),
        sa.Column("time_s", BIG, nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["log_checkpoint.id"], name=op.f("fk_log_cosignature_checkpoint_id")),
        sa.PrimaryKeyConstraint("checkpoint_id", "witness", name=op.f("pk_log_cosignature")),
    )
    op.create_table(
        "log_timestamp",
        sa.Column("checkpoint_id", BIG, autoincrement=False, nullable=False),
        sa.Column("time_us", BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["checkpoint_id"], ["log_checkpoint.id"], name=op.f("fk_log_timestamp_checkpoint_id")),
        sa.PrimaryKeyConstraint("checkpoint_id", name=op.f("pk_log_timestamp")),
    )
    op.create_table(
        "log_peer",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("asked_us", BIG, nullable=False),
        sa.Column("answered_us", BIG, nullable=True),
        sa.Column("code", sa.String(length=60), nullable=True),
        sa.Column("what", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_log_peer")),
    )


def _stored() -> Iterator[tuple[int, RecordLeaf | ActLeaf]]:
    """Give what is stored, records before acts, each with its id."""
    now = now_us()
    for row in _rows(_RECORD):
        yield row.id, RecordLeaf(station=row.station, seq=row.seq, sha256=row.sha256, logged_us=now)
    for row in _rows(_ACT):
        yield row.id, ActLeaf(id=row.id, sha256=hashlib.sha256(row.entry).hexdigest(), logged_us=now)


def _rows(table: sa.TableClause) -> Iterator[Any]:
    """Give a table's rows by id, some at a time."""
    connection, after = op.get_bind(), 0
    query = sa.select(table).order_by(table.c.id).limit(BATCH)
    while rows := connection.execute(query.where(table.c.id > after)).all():
        yield from rows
        after = rows[-1].id


def _enter(leaves: Iterator[tuple[int, RecordLeaf | ActLeaf]]) -> None:
    frontier = Frontier()
    new: list[dict[str, Any]] = []
    for object_id, leaf in leaves:
        data = leaf_bytes(leaf)
        new.append({"leaf_index": frontier.size, "kind": leaf.kind, "object_id": object_id, "leaf": data})
        if kept := frontier.add(leaf_hash(data)):
            op.get_bind().execute(sa.insert(_NODE), [{"level": node.level, "node_index": node.index, "hash": node.hash} for node in kept])
        if len(new) == BATCH:
            op.get_bind().execute(sa.insert(_LEAF), new)
            new = []
    if new:
        op.get_bind().execute(sa.insert(_LEAF), new)
