"""An MQTT 5 client from the settings: identity, password, TLS."""

import ssl
from typing import Any, Final

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from central.config import BrokerSettings
from contract.faults import StopError

RECONNECT_MAX_S: Final = 15
"""Longest wait before another try; a broker that was restarted has its ingest back within it."""


def make_client(broker: BrokerSettings) -> mqtt.Client:
    """Make a client that acknowledges only when it is told to, and is not connected yet.

    Raises
    ------
    StopError
        ``password-unreadable`` or ``tls-unreadable``.
    """
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=broker.client_id, protocol=mqtt.MQTTv5, manual_ack=True)
    if broker.username is not None:
        client.username_pw_set(broker.username, _password(broker))
    if broker.ca_file is not None:
        _use_tls(client, broker)
    client.reconnect_delay_set(1, RECONNECT_MAX_S)
    return client


def _password(broker: BrokerSettings) -> str | None:
    if broker.password_file is None:
        return None
    try:
        return broker.password_file.read_text(encoding="utf-8").rstrip("\n")
    except OSError as error:
        raise StopError("password-unreadable", str(broker.password_file), f"cannot be read: {error}") from error


def _use_tls(client: mqtt.Client, broker: BrokerSettings) -> None:
    files: dict[str, Any] = {"ca_certs": str(broker.ca_file)}
    if broker.cert_file is not None:
        files |= {"certfile": str(broker.cert_file), "keyfile": str(broker.key_file)}
    try:
        client.tls_set(**files, tls_version=ssl.PROTOCOL_TLS_CLIENT)
    except (OSError, ValueError) as error:
        raise StopError("tls-unreadable", str(broker.ca_file), f"TLS files cannot be used: {error}") from error
