"""The folder a demo works in, and its removal."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.errors import DemoError
from demo.layout import Layout


@contextmanager
def workspace(data: Path | None, keep: bool) -> Iterator[Layout]:
    """Give a new folder below ``./run``, removed at the end unless `keep`; or `data`, which must be new or empty and always stays.

    Raises
    ------
    DemoError
        If `data` already holds something.
    """
    if data is not None:
        if data.exists() and (not data.is_dir() or any(data.iterdir())):
            raise DemoError(f"--data {data} already holds something; a demo starts with keys and records of its own, so name a new folder")
        layout = Layout(data.resolve())
        layout.create()
        yield layout
        return
    run = Path("run")
    run.mkdir(exist_ok=True)
    layout = Layout(Path(tempfile.mkdtemp(prefix="demo-", dir=run)).resolve())
    layout.create()
    try:
        yield layout
    finally:
        if not keep:
            shutil.rmtree(layout.root)
            if not any(run.iterdir()):
                run.rmdir()
