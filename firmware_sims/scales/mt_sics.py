"""MT-SICS level 0: answers SI (at once) and S (when stable)."""

from __future__ import annotations

from firmware_sims.scales.platform import Shown


def weight_line(value: int, decimals: int, unit: str, *, stable: bool) -> bytes:
    """Give the answer that carries a weight."""
    digits = f"{abs(value):0{decimals + 1}d}"
    text = f"{digits[:-decimals]}.{digits[-decimals:]}" if decimals else digits
    signed = f"-{text}" if value < 0 else text
    return f"S {'S' if stable else 'D'} {signed:>10} {unit}\r\n".encode("ascii")


class MtSics:
    """Answers commands of one host."""

    def __init__(self, *, refuses: bool = False) -> None:
        self._refuses = refuses
        self._held = b""

    def answer(self, data: bytes, shown: Shown) -> list[bytes]:
        """Give the answers to the commands that `data` completes."""
        *commands, self._held = (self._held + data).split(b"\r\n")
        self._held = self._held[-64:]
        return [self._one(command, shown) for command in commands]

    def _one(self, command: bytes, shown: Shown) -> bytes:
        if command not in {b"SI", b"S"}:
            return b"ES\r\n"
        if self._refuses or (command == b"S" and shown.moving):
            return b"S I\r\n"
        if shown.over or shown.under:
            return b"S +\r\n" if shown.over else b"S -\r\n"
        return weight_line(shown.value, shown.decimals, shown.unit, stable=not shown.moving)
