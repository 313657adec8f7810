"""Whose word about the log counts, by the settings."""

from central.config import Settings
from central.evidence.log.checkpoints import log_key
from central.evidence.log.vouching import Trusted
from contract.faults import RejectError, StopError
from contract.log.timestamps import read_authority


def trusted_by(settings: Settings) -> Trusted:
    """Give the log's own key, made if there is none, the witnesses and the time stamp authority of the settings.

    Raises
    ------
    StopError
        ``key-unreadable``, or ``config-invalid`` if the authority's certificate cannot be read.
    """
    key, path = log_key(settings.key_folder, settings.log.origin), settings.log.timestamp_certificate
    if path is None:
        return Trusted(key, settings.log.witness_keys)
    try:
        return Trusted(key, settings.log.witness_keys, read_authority(path.read_bytes(), str(path)))
    except (OSError, RejectError) as error:
        raise StopError("config-invalid", f"log.timestamp_certificate = {path}", f"is no readable certificate: {error}") from error
