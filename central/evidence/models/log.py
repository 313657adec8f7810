"""The tables of the log: a Merkle tree over records and acts, the checkpoints signed of it, and what others have said of those."""

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.evidence.models.base import BIG, SHA256, Base


class LogLeaf(Base):
    """One leaf, numbered from 0 without gaps; `leaf` are the bytes that are hashed (`contract.log.leaves`), `object_id` whose they are.

    `kind` is ``record`` or ``act``, and `object_id` the id in that table.
    """

    __tablename__ = "log_leaf"
    __table_args__ = (Index("uq_log_leaf_kind_object_id", "kind", "object_id", unique=True),)

    leaf_index: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(10))
    object_id: Mapped[int] = mapped_column(BIG)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)


class LogNode(Base):
    """The root of a complete subtree of 256^level leaves, level 1 and above; `node_index` counts those of its level."""

    __tablename__ = "log_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    node_index: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Base):
    """A signed checkpoint; `note` is its text with the log's own signature, `size` is copied from it.

    Texts that are signed are kept as bytes: a database refuses to read a damaged text at all, and then nothing could be named.
    """

    __tablename__ = "log_checkpoint"
    __table_args__ = (Index("ix_log_checkpoint_size", "size"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    size: Mapped[int] = mapped_column(BIG)
    made_us: Mapped[int] = mapped_column(BIG)
    note: Mapped[bytes] = mapped_column(LargeBinary)


class LogCosignature(Base):
    """A witness's cosignature on a checkpoint, as its signature line; `time_s` is copied from it."""

    __tablename__ = "log_cosignature"

    checkpoint_id: Mapped[int] = mapped_column(BIG, ForeignKey("log_checkpoint.id"), primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(String(200), primary_key=True)
    time_s: Mapped[int] = mapped_column(BIG)
    line: Mapped[bytes] = mapped_column(LargeBinary)


class LogTimestamp(Base):
    """An authority's answer over a checkpoint's note (RFC 3161); `time_us` is copied from it.

    `sha256` is that of the answer: some bits in it are covered by no signature, and must not change unseen either.
    """

    __tablename__ = "log_timestamp"

    checkpoint_id: Mapped[int] = mapped_column(BIG, ForeignKey("log_checkpoint.id"), primary_key=True, autoincrement=False)
    time_us: Mapped[int] = mapped_column(BIG)
    sha256: Mapped[str] = mapped_column(SHA256)
    answer: Mapped[bytes] = mapped_column(LargeBinary)


class LogPeer(Base):
    """How the last question to the witness, or to the time stamp authority, ended; `code` is None where it was answered as wished."""

    __tablename__ = "log_peer"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    asked_us: Mapped[int] = mapped_column(BIG)
    answered_us: Mapped[int | None] = mapped_column(BIG)
    """When it last answered as wished."""
    code: Mapped[str | None] = mapped_column(String(60))
    what: Mapped[str | None] = mapped_column(Text)
