"""Keys by which lists are paged: what a list is ordered by and a row's number, as ``<order>-<number>`` in addresses."""

from typing import Final

from contract.faults import RejectError

NUMBER_END: Final = 2**53
"""Before this every number is whole in the JSON of every reader."""


def parse_page_key(text: str, form: str, end: int = NUMBER_END) -> tuple[int, int]:
    """Read both numbers of a key, each below `end`, from an address; `form` says how it is written, for the refusal.

    Raises
    ------
    RejectError
        ``bad-page-key`` if it is none.
    """
    order, _, number = text.partition("-")
    if order.isdecimal() and number.isdecimal() and len(text) <= 40 and max(int(order), int(number)) < end:
        return int(order), int(number)
    raise RejectError("bad-page-key", f"page key {text[:60]!r}", f"is not {form}; use the one that the list gave")
