"""The file of secrets (TOML), apart from the settings so that those may be shown to anyone: one line ``camera = "secret"`` each."""

import re
import stat
import tomllib
from pathlib import Path
from typing import Final

from contract.faults import StopError
from plate_reader.login import Credentials, Scheme
from plate_reader.settings import PlatesSettings

_SECRET: Final = re.compile(r"[\x21-\x7e]{8,200}")


def read_secrets(path: Path, settings: PlatesSettings) -> dict[str, Credentials]:
    """Read the file of secrets and give each camera's credentials.

    Raises
    ------
    StopError
        If it cannot be read, others may read it, or a secret is missing, short or written twice.
    """
    source = str(path)
    try:
        if path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise StopError("secrets-open", source, "may be read by others; chmod 600 (or 640 with the service's group) is what it needs")
        held = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise StopError("secrets-unreadable", source, f"cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise StopError("secrets-syntax", source, 'is not valid TOML; one line camera = "secret" for each camera is expected') from error
    given = {}
    for camera in settings.camera:
        if camera.login is Scheme.NONE:
            continue
        secret = held.pop(camera.name, None)
        if not (isinstance(secret, str) and _SECRET.fullmatch(secret)):
            what = f'has no secret for camera {camera.name}, or not one of 8 to 200 letters, digits and signs; add {camera.name} = "…"'
            raise StopError("secret-missing", source, what)
        given[camera.name] = Credentials(camera.login, camera.user, secret)
    if held:
        raise StopError(
            "secret-unknown", source, f"has a secret for {sorted(held)[0][:40]!r}, which no camera of the settings needs; remove it"
        )
    return given
