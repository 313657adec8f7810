"""Documents on paper: what certificates, evidence sheets and notices have in common.

`parts` builds the pieces of which a section is made, `press` sets a `Paper` as PDF/A (or as pictures to look at) by the one layout in
``document.typ``. What a document says, in which language and when it is dated, is the business of whoever prints it.
"""

from calibration.printing.parts import Part, blanks, cell, checks, facts, figures, pictures, plot, section, signatures, steps, text
from calibration.printing.press import Leaf, Paper, State, print_pdf, print_pngs

__all__ = [
    "Leaf",
    "Paper",
    "Part",
    "State",
    "blanks",
    "cell",
    "checks",
    "facts",
    "figures",
    "pictures",
    "plot",
    "print_pdf",
    "print_pngs",
    "section",
    "signatures",
    "steps",
    "text",
]
