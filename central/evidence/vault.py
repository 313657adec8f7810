"""Secrets that must be read again, kept encrypted: who has only the database, or a backup of it, has none of them."""

from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from central.evidence.key_files import made_once
from contract.faults import RejectError, StopError
from contract.units import US_PER_S

KEY_NAME: Final = "secrets.key"


class Vault:
    """Seals with AES-128-CBC and HMAC-SHA256 (Fernet, specification 0x80) under one key of the keys folder, made if there is none.

    Raises
    ------
    StopError
        ``key-unreadable`` if what lies there is no such key.
    """

    def __init__(self, folder: Path) -> None:
        try:
            self._fernet = Fernet(made_once(folder, KEY_NAME, Fernet.generate_key))
        except (OSError, ValueError) as error:
            raise StopError("key-unreadable", str(folder / KEY_NAME), f"is no readable key: {error}") from error

    def seal(self, text: str, now_us: int) -> bytes:
        """Encrypt."""
        return self._fernet.encrypt_at_time(text.encode(), now_us // US_PER_S)

    def unseal(self, sealed: bytes, where: str, *, now_us: int | None = None, lasts_s: int = 0) -> str:
        """Decrypt; with `now_us` only what was sealed within the last `lasts_s` seconds.

        Raises
        ------
        RejectError
            ``secret-unreadable``.
        """
        try:
            if now_us is None:
                return self._fernet.decrypt(sealed).decode()
            return self._fernet.decrypt_at_time(sealed, lasts_s, now_us // US_PER_S).decode()
        except InvalidToken as error:
            what = f"was not sealed with the key in {KEY_NAME}, or too long ago; restore that file from the backup, or set the secret anew"
            raise RejectError("secret-unreadable", where, what) from error
