"""What the steps are called, as messages of the catalogue."""

from typing import Final

from verifier.language import N_

FORM: Final = N_("The file has the form of a bundle")
MANIFEST: Final = N_("The manifest is signed")
MEMBERS: Final = N_("Every member is as the manifest lists it")
RECORDS: Final = N_("The station has signed the records")
STATION: Final = N_("Station and key were enrolled and published")
DISCLOSURES: Final = N_("Disclosed texts are those that were signed")
CHAIN: Final = N_("The records stand in the station's chain")
MEDIA: Final = N_("Pictures, clip and capture are those of the records")
PARAMETERS: Final = N_("Station file and calibration are those of the record")
CERTIFICATE: Final = N_("The calibration was in force and the scale verified")
VERDICT: Final = N_("The rules give the verdict again")
INCLUSION: Final = N_("Records and acts stand in the log")
CONSISTENCY: Final = N_("The checkpoints are of one log")
WITNESS: Final = N_("A witness has cosigned")
TIMESTAMP: Final = N_("A time stamp authority vouches for the time")
HISTORY: Final = N_("The history of the case is unbroken")
FOUR_EYES: Final = N_("Nobody has taken two parts")
DOCUMENTS: Final = N_("The documents are those that were issued")
