import asyncio
import sys
from pathlib import Path

import pytest

from contract.faults import RetryError
from contract.plates import CameraReading, PlateRead
from plate_reader.health import Health
from plate_reader.reading import desk as desk_module
from plate_reader.reading.desk import PICTURES_WAIT_S, ReadingDesk
from plate_reader.reading.process import ReadingProcess

COMMAND = (sys.executable, str(Path(__file__).with_name("worker.py")))
SHA256 = "ab" * 32


def reading(folder, *pictures, answer_s=5.0):
    """Give what the process made of each picture: text, or the code of the fault."""

    async def told():
        process = ReadingProcess(COMMAND, answer_s)
        outcomes = []
        try:
            for number, picture in enumerate(pictures):
                path = folder / str(number)
                path.write_bytes(picture)
                try:
                    outcomes.append((await process.read(path, is_plate=True)).text)
                except RetryError as error:
                    outcomes.append(error.code)
        finally:
            await process.stop()
        return outcomes

    return asyncio.run(told())


def test_pictures_are_read_one_after_another(tmp_path):
    assert reading(tmp_path, b"A1", b"A2", b"error", b"A3") == ["A1", "A2", "picture-unread", "A3"]


@pytest.mark.parametrize("picture", [b"die", b"nonsense", b"hang"])
def test_a_process_that_dies_hangs_or_raves_is_ended_and_started_again(tmp_path, picture):
    assert reading(tmp_path, b"A1", picture, b"A2", answer_s=1.0 if picture == b"hang" else 5.0) == ["A1", "reader-away", "A2"]


def test_what_is_no_reading_is_none(tmp_path):
    assert reading(tmp_path, b"wrong", b"A1") == ["picture-unread", "A1"]


def test_a_process_that_cannot_be_started_is_a_fault(tmp_path):
    async def told():
        with pytest.raises(RetryError, match="reading process"):
            await ReadingProcess((sys.executable, "-c", "pass")).read(tmp_path, is_plate=True)

    asyncio.run(told())


class Clock:
    now_s = 100.0

    def __call__(self):
        return self.now_s


def read(text="湘A12345", picture=SHA256):
    camera = None if text is None else CameraReading(text=text, confidence=0.9)
    return PlateRead(
        camera="front",
        event_id="e",
        time_us=1,
        text=text or "",
        confidence=0.9 if text else 0.0,
        scene_picture=picture,
        camera_reading=camera,
    )


def desk_at(clock, path):
    return ReadingDesk(ReadingProcess(COMMAND), Health(lambda: 0), lambda _: path, 1.5, clock)


def test_a_read_waits_for_its_picture_and_leaves_with_what_was_read(tmp_path):
    async def told():
        path = tmp_path / "picture"
        path.write_text("湘A12345")
        desk = desk_at(Clock(), path)
        data = read().model_dump_json().encode()
        finished = asyncio.Event()
        desk.finished = finished.set
        running = asyncio.create_task(desk.run())
        assert desk.take_in("n", data)
        assert not desk.take_in("n", data)
        assert not desk.is_ready("n")
        async with asyncio.timeout(20):
            await finished.wait()
        assert desk.is_ready("n")
        joined = PlateRead.model_validate_json(desk.with_own_reading("n", data))
        assert (joined.own_reading.text, joined.confidence) == ("湘A12345", 0.9)
        desk.leave("n")
        assert desk.with_own_reading("n", data) == data
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(told())


@pytest.mark.parametrize(("text", "patience_s"), [("湘A12345", 1.5), (None, PICTURES_WAIT_S)])
def test_it_leaves_without_when_its_time_is_over(tmp_path, text, patience_s):
    clock = Clock()
    desk = desk_at(clock, tmp_path)
    data = read(text).model_dump_json().encode()
    assert desk.take_in("n", data)
    clock.now_s += patience_s - 0.1
    assert not desk.is_ready("n")
    assert desk.pause_s() == pytest.approx(0.1)
    clock.now_s += 0.2
    assert desk.is_ready("n")
    assert desk.with_own_reading("n", data) == data
    desk.leave("n")
    assert desk.too_late == 1
    assert desk.pause_s() is None


def test_without_a_picture_there_is_nothing_to_wait_for(tmp_path):
    desk = desk_at(Clock(), tmp_path)
    assert not desk.take_in("n", read(picture=None).model_dump_json().encode())
    assert desk.is_ready("n")


def test_a_picture_without_a_text_is_given_to_the_reader_again(tmp_path, monkeypatch):
    monkeypatch.setattr(desk_module, "BACK_OFF_FIRST_S", 0.01)

    async def told():
        path = tmp_path / "picture"
        path.write_text("die")
        desk = desk_at(Clock(), path)
        data = read(None).model_dump_json().encode()
        tried = asyncio.Queue()
        desk.finished = lambda: tried.put_nowait(desk.is_ready("n"))
        running = asyncio.create_task(desk.run())
        assert desk.take_in("n", data)
        async with asyncio.timeout(20):
            assert not await tried.get()
            path.write_text("湘A12345")
            assert await tried.get()
        assert PlateRead.model_validate_json(desk.with_own_reading("n", data)).text == "湘A12345"
        assert (desk.read, desk.unread) == (1, 0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(told())
