"""The acts upon a case that a history may hold: from where to where each leads, and which part its person takes."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Action(BaseModel):
    """An act; without `to` the case stays where it is, without `from` it begins there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    part: str | None = None
    from_states: Annotated[tuple[str, ...], Field(alias="from")] = ()
    to: str | None = None

    def leads(self, before: str, after: str) -> bool:
        """Whether the act may lead from one state to another."""
        return (not self.from_states or before in self.from_states) and after == (self.to or before)


@cache
def actions() -> dict[str, Action]:
    """Give the acts by name."""
    read = tomllib.loads(files(__package__).joinpath("way.toml").read_text(encoding="utf-8"))
    return {one.name: one for one in map(Action.model_validate, read["action"])}
