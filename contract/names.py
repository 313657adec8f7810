"""The names by which programs call stations, devices, lanes' sensors, cameras and rule packs."""

from typing import Annotated

from pydantic import Field

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$")]
"""A name that may stand in a topic, a file name and an address without escaping."""
