"""The guide to rule packs names every key that a pack may hold, and every pack that ships."""

from pathlib import Path

import pytest

from contract.limits import RulePack
from contract.limits.pack import FlagBar
from contract.limits.rows import (
    Exemption,
    FineSchedule,
    FormulaLimit,
    GrossLimit,
    GroupLimit,
    Rounding,
    WindowLimit,
)
from contract.rules import shipped_packs

GUIDE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
COMPUTED = {"sha256"}


@pytest.mark.parametrize("table", [RulePack, GrossLimit, GroupLimit, WindowLimit, FormulaLimit, Exemption, FineSchedule, FlagBar])
def test_every_key_is_explained(table):
    missing = [key for key in table.model_fields if key not in COMPUTED and key not in GUIDE]
    assert missing == []


def test_every_rounding_and_every_pack_is_named():
    assert all(f"`{rounding.value}`" in GUIDE for rounding in Rounding)
    assert all(f"`{pack.id}`" in GUIDE for pack in shipped_packs().values())
