"""TLS to broker and central, mutual where the station has a certificate."""

import ssl

from contract.faults import StopError
from contract.station import Uplink as Settings


class _TidySocket(ssl.SSLSocket):
    """Closes itself when the handshake fails; paho leaves such a socket to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        """Shake hands, or close."""
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """Give the TLS context for broker and central, None where no `ca_file` is given.

    Raises
    ------
    StopError
        If a file cannot be used, or a certificate has no key or no authority beside it.
    """
    if settings.ca_file is None:
        if settings.cert_file or settings.key_file:
            raise StopError("uplink-tls", "uplink.ca_file", "is missing beside cert_file or key_file; name the authority")
        return None
    if (settings.cert_file is None) != (settings.key_file is None):
        raise StopError("uplink-tls", "uplink.cert_file", "and uplink.key_file go together; give both or neither")
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        context.sslsocket_class = _TidySocket
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if settings.cert_file is not None and settings.key_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except OSError as error:
        files = ", ".join(name for name in (settings.ca_file, settings.cert_file, settings.key_file) if name)
        raise StopError("uplink-tls", files, f"cannot be used: {error}") from error
    return context
