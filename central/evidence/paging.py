"""Keys by which lists are paged: what a list is ordered by and a row's number, as ``<order>-<number>`` in addresses."""

from typing import Final

from contract.faults import RejectError

NUMBER_END: Final = 2**53
"""Before this every number is whole in the JSON of every reader."""
PAGE_ROWS_MAX: Final = 500
"""Most rows of one page of any list."""


def page_rows(asked: int, *, ahead: int = 0) -> int:
    """Give how many rows are read where so many are asked for; `ahead` are those beyond a page by which one sees that another follows."""
    return min(max(asked, 1), PAGE_ROWS_MAX + ahead)


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
