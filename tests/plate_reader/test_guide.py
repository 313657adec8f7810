"""The technician's guide is held against the code: its settings are read, its addresses exist, its faults are raised."""

import re
from pathlib import Path

from plate_reader.cameras.protocols import PROTOCOLS
from plate_reader.settings import parse_settings

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "guides" / "cameras.md").read_text("utf-8")


def guide_settings(folder):
    (text,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    return parse_settings(text.replace("/srv/ftp", str(folder)), "cameras.md")


def test_every_protocol_has_its_page_and_its_address_in_the_guide():
    for name in PROTOCOLS:
        assert (ROOT / "docs" / "protocols" / f"camera-{name}.md").exists()
        assert f"/{name}/NAME" in GUIDE


def test_every_fault_the_guide_names_is_one_of_the_code():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "plate_reader").rglob("*.py"))
    rows = re.findall(r"^\| (`[a-z`, -]+`) \|", GUIDE, re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row)}
    assert len(names) > 15
    assert [name for name in sorted(names) if f'"{name}"' not in code] == []
