"""Legal limits as dated data, and their evaluation for one weighed vehicle.

Every number comes from a rule pack (`pack`, format in docs/rules.md). Where the sensors cannot see what the law asks (tyres, drive axles,
body, suspension), the assumption that favours the vehicle is made and written into the verdict.
"""

from contract.limits.applied import Applied, Assessment, assess
from contract.limits.evaluate import evaluate, exceedance_ppm
from contract.limits.fine import ProposedFine, proposed_fine
from contract.limits.pack import RulePack
from contract.limits.parse import parse_rule_pack
from contract.limits.rulebook import RuleBook
from contract.limits.weighed import Weighed, WeighedAxle, weighed_of
from contract.units import PPM

__all__ = [
    "PPM",
    "Applied",
    "Assessment",
    "ProposedFine",
    "RuleBook",
    "RulePack",
    "Weighed",
    "WeighedAxle",
    "assess",
    "evaluate",
    "exceedance_ppm",
    "parse_rule_pack",
    "proposed_fine",
    "weighed_of",
]
