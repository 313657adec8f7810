"""The table of protocols that cameras push by. A further one is a further file, and a further line here."""

from typing import Final

from plate_reader.cameras import axis, dahua, isapi, platerecognizer
from plate_reader.cameras.message import Protocol

PROTOCOLS: Final[dict[str, Protocol]] = {
    protocol.name: protocol for protocol in (isapi.PROTOCOL, dahua.PROTOCOL, axis.PROTOCOL, platerecognizer.PROTOCOL)
}
