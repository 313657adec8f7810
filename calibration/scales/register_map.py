"""Register maps of scales behind Modbus: which numbers stand where is data, beside this file as TOML."""

import tomllib
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

READ_MAX = 32
"""Registers in one read: as many as the smallest of these devices gives."""

Address = Annotated[int, Field(ge=0, le=0xFFFF)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Block(_Table):
    """Registers read at once, from the zero-based address `first` on."""

    first: Address
    count: Annotated[int, Field(ge=1, le=READ_MAX)]


class Number(_Table):
    """An integer over whole registers, high word first."""

    at: Address
    registers: Annotated[int, Field(ge=1, le=4)] = 1
    signed: bool = False


class Bits(_Table):
    """An unsigned integer of `width` bits from `bit` on within one register."""

    at: Address
    bit: Annotated[int, Field(ge=0, le=15)]
    width: Annotated[int, Field(ge=1, le=8)] = 1


class RegisterMap(_Table):
    """What is read of a device and what it means.

    `gap_ms` is the least time between two requests; `source` says where the addresses come from.
    """

    source: str
    function: Literal["holding", "input"]
    gap_ms: Annotated[int, Field(ge=0, le=1000)] = 0
    block: tuple[Block, ...]
    number: dict[str, Number] = {}
    bits: dict[str, Bits] = {}

    @model_validator(mode="after")
    def _read_before_used(self) -> Self:
        read = {block.first + offset for block in self.block for offset in range(block.count)}
        for name, number in self.number.items():
            if not set(range(number.at, number.at + number.registers)) <= read:
                msg = f"number {name} at {number.at} is in no block that is read"
                raise ValueError(msg)
        for name, bits in self.bits.items():
            if bits.at not in read or bits.bit + bits.width > 16:
                msg = f"bits {name} at {bits.at} are in no block that is read, or leave their register"
                raise ValueError(msg)
        return self

    def values(self, blocks: tuple[tuple[int, ...], ...]) -> dict[str, int]:
        """Give every number and group of bits by name from the registers of each block, in the map's order.

        Raises
        ------
        ValueError
            If a block has another length than the map's.
        """
        registers = {
            block.first + offset: word
            for block, words in zip(self.block, blocks, strict=True)
            for offset, word in zip(range(block.count), words, strict=True)
        }
        values = {name: bits_of(registers[bits.at], bits) for name, bits in self.bits.items()}
        for name, number in self.number.items():
            words = [registers[number.at + offset] for offset in range(number.registers)]
            values[name] = int.from_bytes(raw_bytes(tuple(words)), "big", signed=number.signed)
        return values


def bits_of(register: int, bits: Bits) -> int:
    """Give a group of bits as an unsigned integer."""
    return register >> bits.bit & ((1 << bits.width) - 1)


def raw_bytes(words: tuple[int, ...]) -> bytes:
    """Give registers as they travel: high byte first."""
    return b"".join(word.to_bytes(2, "big") for word in words)


@cache
def register_map(name: str) -> RegisterMap:
    """Give the map of that name; the maps are part of the program, so a missing one is a mistake of ours."""
    text = resources.files("calibration.scales").joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return RegisterMap.model_validate(tomllib.loads(text))
