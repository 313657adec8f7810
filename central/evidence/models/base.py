"""What all tables share. Every time is an integer of microseconds since 1970 UTC, as in the records."""

from typing import Final

from sqlalchemy import BigInteger, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase

BIG: Final = BigInteger().with_variant(Integer, "sqlite")
"""64-bit integer. SQLite's INTEGER is 64-bit as well, and only under that name numbers rows by itself."""

NAME: Final = String(40)
SHA256: Final = String(64)


class Base(DeclarativeBase):
    """Root of the models; constraints are named, so that migrations can change them on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
