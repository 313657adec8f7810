"""The reading process from the receiver's side: started, asked, and started anew when it hangs or dies."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from contract.faults import RetryError
from contract.plates import OwnReading

START_S: Final = 60.0
"""How long the model may take to load, on a station that is starting everything at once."""

ANSWER_S: Final = 10.0
"""How long one picture may take; a scene takes a tenth of a second."""

LINE_MAX: Final = 64 * 1024

COMMAND: Final = (sys.executable, "-m", "plate_reader.reading.worker")


class ReadingProcess:
    """One worker, or none at the moment.

    Parameters
    ----------
    command
        How it is started.
    answer_s
        How long it may take for one picture.
    """

    def __init__(self, command: tuple[str, ...] = COMMAND, answer_s: float = ANSWER_S) -> None:
        self._command = command
        self._answer_s = answer_s
        self._process: asyncio.subprocess.Process | None = None

    async def read(self, path: Path, is_plate: bool) -> OwnReading:
        """Read one picture; an empty text where no plate was found.

        Raises
        ------
        RetryError
            ``reader-away`` if the process could not be started, died or hung; ``picture-unread`` if it could not read this picture.
        """
        try:
            process = self._process or await self._start()
            answer = await self._ask(process, {"path": str(path), "plate": is_plate}, self._answer_s)
        except (OSError, ValueError, TimeoutError) as error:
            await self.stop()
            what = str(error) or f"gave no answer within {self._answer_s:g} s"
            raise RetryError("reader-away", str(path.name), f"the reading process {what}; it is started again") from error
        if "error" in answer:
            raise RetryError("picture-unread", str(path.name), f"our own reader cannot read it: {answer['error']}")
        try:
            return OwnReading.model_validate(answer)
        except ValidationError as error:
            raise RetryError("picture-unread", str(path.name), f"our own reader gave what is no reading: {error}") from error

    async def stop(self) -> None:
        """End the process, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *self._command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_MAX
        )
        self._process = process
        if "ready" not in await self._answer(process, START_S):
            msg = "did not say that it is ready"
            raise ValueError(msg)
        return process

    async def _ask(self, process: asyncio.subprocess.Process, job: dict[str, object], within_s: float) -> dict[str, object]:
        if process.stdin is None:
            msg = "has no input"
            raise ValueError(msg)
        process.stdin.write(json.dumps(job).encode() + b"\n")
        await process.stdin.drain()
        return await self._answer(process, within_s)

    @staticmethod
    async def _answer(process: asyncio.subprocess.Process, within_s: float) -> dict[str, object]:
        if process.stdout is None:
            msg = "has no output"
            raise ValueError(msg)
        async with asyncio.timeout(within_s):
            line = await process.stdout.readline()
        if not line:
            msg = "ended by itself"
            raise ValueError(msg)
        answer = json.loads(line)
        if not isinstance(answer, dict):
            msg = "gave what is no answer"
            raise ValueError(msg)
        return answer
