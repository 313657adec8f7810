"""Takes the pictures of this folder anew from a demo that runs: ``.venv/bin/python docs/pictures/photograph.py ADDRESS DATA``.

ADDRESS is that of the demo's pages, DATA its folder (``make demo DEMO="--data DATA --port 8080"``). Its line must run in real time on a
machine whose clock is synchronised: otherwise every overload is barred, and there is no case to work on.
"""

import subprocess
import sys
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.sync_api import Page, expect, sync_playwright

FOLDER: Final = Path(__file__).parent
CHROMIUM: Final = "/usr/bin/chromium"
OFFICER: Final = "rao"
PASSWORD: Final = "a password for a picture only"  # noqa: S105 - of an account in a demo that is thrown away
WIDTH_PX: Final = 1280
CASES: Final = 5
"""How many overloads have to have passed, so that a list looks like one."""
PASSES_WITHIN_MS: Final = 600_000
SETTLED_MS: Final = 1_500
"""For charts and pictures to stand."""
COLOURS: Final = 256
"""Of a picture's palette: pages are flat, and half of the size is enough."""


def main() -> None:
    """Log somebody in and photograph what guides and README show."""
    address, data = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    command = [Path(sys.executable).with_name("wim-central"), "user", "add", OFFICER, "--role", "reviewer", "--data", data / "central"]
    subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=False)  # noqa: S603 - our own program; an account of an earlier try serves as well
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(locale="en-GB", viewport={"width": WIDTH_PX, "height": 900})
        page.goto(f"{address}/login")
        page.locator("input[name=name]").fill(OFFICER)
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url("**/vehicles*")
        _cases(page, address)
        page.goto(f"{address}/stations")
        _take(page, "stations", 620)
        browser.close()


def _cases(page: Page, address: str) -> None:
    """Wait for cases, and photograph their list, one of them with its first form open, and its vehicle."""
    page.goto(f"{address}/cases")
    rows = page.locator("#cases tr")
    while rows.count() < CASES:
        expect(page.locator("#news")).to_be_visible(timeout=PASSES_WITHIN_MS)
        page.locator("#news").click()
        page.wait_for_timeout(SETTLED_MS)
    page.keyboard.press("j")
    _take(page, "cases", 560)
    page.keyboard.press("Enter")
    expect(page.locator("#case")).to_be_visible()
    page.keyboard.press("c")
    _take(page, "case", 1560)
    page.keyboard.press("Escape")
    page.locator("nav.links a").last.click()
    expect(page.locator("#pictures")).to_be_visible()
    _take(page, "vehicle", 1480)


def _take(page: Page, name: str, height_px: int) -> None:
    page.set_viewport_size({"width": WIDTH_PX, "height": height_px})
    page.wait_for_timeout(SETTLED_MS)
    page.evaluate("scrollTo(0, 0)")
    file = FOLDER / f"{name}.png"
    page.screenshot(path=file)
    with Image.open(file) as taken:
        taken.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    main()
