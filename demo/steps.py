"""Steps as a person sees them: a line each, with a tick and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console


class Steps:
    """Writes steps and notices to a console."""

    def __init__(self, console: Console) -> None:
        self.console = console

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Show that something is being done, and then that it is done; a step that fails gets a cross."""
        begun = time.monotonic()
        mark = "[red]✗[/]"
        try:
            with self.console.status(text):
                yield
            mark = "[green]✓[/]"
        finally:
            self.console.print(f"{mark} {text} [dim]{time.monotonic() - begun:.1f} s[/]", highlight=False)

    def notice(self, text: str) -> None:
        """Show something that happened to the line by itself."""
        self.console.print(f"[yellow]·[/] {text}", highlight=False)
