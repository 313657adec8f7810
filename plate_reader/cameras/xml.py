"""An untrusted XML document read within bounds, its elements found by path whatever their namespace.

Expected damage: documents that are none, cut in the middle, nested without end, entities that expand or fetch. A DOCTYPE is refused
as such.
"""

import io
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from contract.faults import RejectError

BYTES_MAX: Final = 256 * 1024
"""Largest event document; a full one is 2 kB."""

DEPTH_MAX: Final = 16
ELEMENTS_MAX: Final = 2_000


def parse_xml(data: bytes, where: str) -> Element:
    """Give the root of the document.

    Raises
    ------
    RejectError
        If it is no XML, has a DOCTYPE or entities of its own, or goes beyond a bound.
    """
    if len(data) > BYTES_MAX:
        raise RejectError("xml-too-large", where, f"XML of {len(data)} bytes; at most {BYTES_MAX} are taken")
    try:
        return _bounded(data, where)
    except DefusedXmlException as error:
        raise RejectError("xml-forbidden", where, "XML with a DOCTYPE or entities of its own is not taken") from error
    except (ParseError, ValueError, LookupError) as error:
        raise RejectError("xml-malformed", where, f"XML does not parse: {error}") from error


def _bounded(data: bytes, where: str) -> Element:
    root: Element | None = None
    depth = elements = 0
    for event, element in iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        if event == "end":
            depth -= 1
            continue
        root = element if root is None else root
        depth += 1
        elements += 1
        if depth > DEPTH_MAX or elements > ELEMENTS_MAX:
            raise RejectError("xml-too-deep", where, f"XML goes beyond {DEPTH_MAX} levels or {ELEMENTS_MAX} elements")
    if root is None:
        msg = "no element found"
        raise ValueError(msg)
    return root


def local_name(element: Element) -> str:
    """Give the element's name without namespace."""
    return str(element.tag).rpartition("}")[2]


def find_all(element: Element, path: str) -> Iterator[Element]:
    """Give every element at `path` (names separated by /), in document order."""
    head, _, rest = path.partition("/")
    for child in element:
        if local_name(child) == head:
            if rest:
                yield from find_all(child, rest)
            else:
                yield child


def text_at(element: Element, path: str) -> str | None:
    """Give the text of the first element at `path` without surrounding blanks; None where there is no such element."""
    found = next(find_all(element, path), None)
    return None if found is None else (found.text or "").strip()
