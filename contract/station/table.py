"""What every table of the station file is: frozen, and without a key that nobody reads."""

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """A table whose unknown keys are refused: a misspelt one would otherwise leave a default in force unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")
