"""The index of plates names the station too: whether a plate passed a station is told from it alone."""

from typing import Final

from alembic import op

revision: Final = "0015"
down_revision: Final = "0014"


def upgrade() -> None:
    """Bring the tables forward."""
    op.drop_index("ix_vehicle_plate", "vehicle")
    op.create_index("ix_vehicle_plate_station", "vehicle", ["plate", "station"])
