"""Words of the journal's acts, of the steps of a proof and of the states of those who vouch for the log."""

from collections.abc import Mapping
from typing import Final

from central.evidence.journal import Verb
from central.evidence.log.peers import Peer
from central.evidence.log.proofs import Step
from central.web.translation import N_

VERBS: Final[Mapping[Verb, str]] = {
    Verb.SAW: N_("looked at"),
    Verb.SEARCHED: N_("searched"),
    Verb.PRINTED: N_("printed"),
    Verb.EXPORTED: N_("took out"),
    Verb.DID: N_("did"),
    Verb.CHANGED: N_("changed"),
    Verb.DELETED: N_("deleted"),
    Verb.ENTERED: N_("logged in"),
    Verb.LEFT: N_("logged out"),
    Verb.REFUSED: N_("was refused"),
}
STEPS: Final[Mapping[Step, str]] = {
    Step.OBJECT: N_("What is stored has the hash that the leaf names"),
    Step.INCLUSION: N_("The leaf is in the tree of the checkpoint"),
    Step.SIGNATURE: N_("The log's key has signed the checkpoint"),
    Step.COSIGNATURE: N_("The witness has cosigned the checkpoint"),
    Step.TIMESTAMP: N_("The time stamp authority has stamped the checkpoint"),
}
PEERS: Final[Mapping[Peer, str]] = {Peer.WITNESS: N_("Witness"), Peer.TIMESTAMP: N_("Time stamp authority")}
