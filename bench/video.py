"""What video costs: taking a stream apart, keeping a minute of it, cutting a clip, and central's copy of that clip.

Pictures are those of the simulated overview camera with a lorry on the road, 1280 × 720, 15 a second. Run: ``python -m bench.video``.
"""

import tempfile
import time
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from central.web.derivatives import Imprint, marked_clip
from contract.clips import ClipFrame, ClipWanted, clip_bytes
from contract.media import sha256_hex
from firmware_sims.scene import jpeg
from firmware_sims.scenery.body import typical_shape
from firmware_sims.scenery.painter import Passing, Plate, paint
from firmware_sims.scenery.pinhole import overview_view
from plate_reader.blobs import BlobFolder
from plate_reader.health import Health
from plate_reader.video.desk import ClipDesk
from plate_reader.video.mjpeg import MjpegParser
from plate_reader.video.ring import FrameRing
from plate_reader.video.settings import VideoSettings
from plate_reader.video.source import VideoSource

PER_S: Final = 15
MINUTE: Final = 60 * PER_S
CHUNK: Final = 64 * 1024
AT_US: Final = 1_790_000_000_000_000
STEP_US: Final = 1_000_000 // PER_S


def main() -> None:
    """Print the table."""
    pictures = _pictures()
    stream = b"".join(b"--b\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n%b\r\n" % (len(one), one) for one in pictures)
    table = Table(title=f"video of 1280 × 720, {PER_S} pictures/s, {sum(map(len, pictures)) / len(pictures) / 1e3:.0f} kB each")
    table.add_column("what")
    table.add_column("figure", justify="right")

    parser, began = MjpegParser(b"b"), time.process_time()
    found = [one for at in range(0, len(stream), CHUNK) for one in parser.feed(stream[at : at + CHUNK])]
    seconds = time.process_time() - began
    if found != pictures:
        raise SystemExit("the stream came apart into other pictures")
    table.add_row("taking a minute's stream apart, of one core", f"{seconds / 60:.2%}")

    ring = FrameRing()
    for number in range(2 * MINUTE):
        ring.add(ClipFrame(AT_US + number * STEP_US, bytes(pictures[number % MINUTE])))
    table.add_row("memory of the ring, for one minute", f"{ring.state['bytes'] / 1e6:.0f} MB, {ring.state['seconds']:.0f} s")

    source = VideoSource(VideoSettings(name="o", lanes=(1,), url="http://h/v"), ring, Health(lambda: 1), None)  # type: ignore[arg-type]
    source.size = (1280, 720)
    until_us = AT_US + (2 * MINUTE - PER_S) * STEP_US
    wanted = ClipWanted(seq=1, record_sha256="a" * 64, lane=1, from_us=until_us - 12_000_000, until_us=until_us)
    with tempfile.TemporaryDirectory() as folder:
        desk = ClipDesk([source], BlobFolder(Path(folder)), lambda: until_us + 10_000_000)
        began = time.perf_counter()
        desk.clip(wanted)
        table.add_row("cutting a clip of 12 s, durable on the disk", f"{(time.perf_counter() - began) * 1e3:.0f} ms")
    frames = ring.between(wanted.from_us, wanted.until_us)
    clip = clip_bytes(frames, 1280, 720)
    began = time.perf_counter()
    copy = marked_clip(clip, Imprint("bench", 1, "2026-09-21 20:26:40 +08:00", sha256_hex(clip)))
    table.add_row("central's copy of it, once", f"{time.perf_counter() - began:.1f} s")
    table.add_row("clip, and the copy that is played", f"{len(clip) / 1e6:.1f} MB, {len(copy) / 1e6:.1f} MB")
    Console().print(table)


def _pictures() -> list[bytes]:
    """Give a minute of pictures; a lorry passes every six seconds."""
    plate, shape, view = Plate("湘A12345", "yellow"), typical_shape("semi6", "bench"), overview_view(0.0, width=1280, height=720)
    passing = []
    for number in range(6 * PER_S):
        vehicle = Passing(shape, -60.0 + 18.0 * number / PER_S, 1.75, plate, plate)
        passing.append(jpeg(paint(view, [vehicle]).picture))
    return [passing[number % len(passing)] for number in range(MINUTE)]


if __name__ == "__main__":
    main()
