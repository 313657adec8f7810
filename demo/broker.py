"""An MQTT 5 broker as a process of its own, for the demo and the tests: ``python -m demo.broker --port PORT``.

rumqttd from the `iotcore` wheel, so that nothing needs to be installed. It keeps sessions and retained messages in memory only: killing it
loses them, which is exactly what a station must survive. In production the broker is Mosquitto (deploy/).
"""

import logging
import tempfile
from pathlib import Path
from typing import Annotated, Final

import typer
from iotcore.iotcore import IotCoreBroker

from contract.records import RECORD_MAX_BYTES

PAYLOAD_MAX_BYTES: Final = RECORD_MAX_BYTES + 16 * 1024
"""Largest packet: the largest record, its topic and properties. A larger one would cut the connection on every attempt."""

SEGMENT_BYTES: Final = 8 * 1024 * 1024
"""Memory per commit log segment of rumqttd; eight of them hold more than an hour of one station."""

CONFIGURATION: Final = """\
id = 0

[router]
id = 0
max_connections = 200
max_outgoing_packet_count = 200
max_segment_size = {segment}
max_segment_count = 8

[v5.1]
name = "mqtt5"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 5000
max_payload_size = {payload}
max_inflight_count = 100
dynamic_filters = true
"""


def serve(port: Annotated[int, typer.Option(min=1, max=65_535, help="Port on 127.0.0.1 to listen on.")]) -> None:
    """Run the broker until SIGTERM."""
    # rumqttd reports every packet at ERROR; only what stops it matters here, and that comes as an exception.
    logging.basicConfig(level=logging.CRITICAL)
    with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False) as file:
        file.write(CONFIGURATION.format(port=port, segment=SEGMENT_BYTES, payload=PAYLOAD_MAX_BYTES))
    try:
        broker = IotCoreBroker(config_path=file.name)
    finally:
        Path(file.name).unlink()
    broker.run_forever()


def main() -> None:
    """Entry point of ``python -m demo.broker``."""
    typer.run(serve)


if __name__ == "__main__":
    main()
