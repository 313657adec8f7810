"""What each kind of finding means, and what to do about it: one sentence each, for a reader who does not know the formats."""

from typing import Final

from verifier.language import N_

CHANGED: Final = N_("It was changed after it was signed. Ask for the bundle anew, and keep this one as it is.")
FOREIGN: Final = N_("It does not belong to this case, or was put in its place. Ask the office how it came in.")
KEY: Final = N_("The key is not one that is trusted. Compare it with the key that its owner has published.")
GAP: Final = N_("Something is missing. Ask the office for the whole bundle.")
UNSURE: Final = N_("It cannot be checked with what is at hand; nothing speaks against it.")
LAW: Final = N_("A condition of enforcement did not hold. The result may not ground a penalty; raise it as an objection.")
FORM: Final = N_("The file is not written as central writes it: cut off, changed, or made by another program. Ask for the bundle anew.")
OTHER: Final = N_("It is not as it should be; the particulars say what.")

MEANINGS: Final = {
    **dict.fromkeys(
        ("bundle-form", "bundle-large", "bundle-twice", "not-an-envelope", "not-canonical", "bad-manifest", "bad-content", "bad-note"), FORM
    ),
    **dict.fromkeys(("bad-checkpoint", "bad-proof-text", "bad-leaf", "not-a-record", "wrong-payload-type", "wrong-type"), FORM),
    **dict.fromkeys(("bad-signature", "member-changed", "disclosure-misfit", "disclosure-twice", "bad-timestamp"), CHANGED),
    **dict.fromkeys(("media-differ", "parameters-differ", "certificate-differs", "rules-differ", "leaf-differs"), FOREIGN),
    **dict.fromkeys(
        ("member-unlisted", "another-record", "another-station", "another-case", "document-not-issued", "notice-differs"), FOREIGN
    ),
    **dict.fromkeys(("timestamp-stray", "bad-inclusion-proof"), FOREIGN),
    **dict.fromkeys(("unknown-key", "key-differs", "wrong-origin", "bad-key", "bad-verifier-key", "bad-certificate"), KEY),
    **dict.fromkeys(("bundle-missing", "member-missing", "media-missing", "not-in-log", "consistency-missing", "no-record"), GAP),
    **dict.fromkeys(
        ("predecessor-unknown", "parameters-absent", "certificate-absent", "no-capture", "document-absent", "media-absent"), UNSURE
    ),
    **dict.fromkeys(("key-not-in-force", "verification-not-in-force", "rules-not-in-force", "gate-missing", "enforced-though-barred"), LAW),
    "key-not-pinned": N_(
        "The check rests on a key that the bundle itself brings. Compare it with the published one, or give it as an option."
    ),
    "not-published": N_("Ask the office where the station was published; a penalty rests on no unpublished one."),
    "texts-withheld": N_("Plates and what names them may be deleted or withheld; the signatures hold without them."),
    "media-deleted": N_("It was deleted on schedule; its hash stays signed."),
    "no-certificate": N_("The record does not say by what certificate the scale was verified. Ask the office for it."),
    "chain-break": N_("The chain of the station's records is broken here: a record was changed, taken out or put in."),
    "verdict-differs": N_("The record's own figures do not give its verdict under its own rules."),
    "verdict-unchecked": N_("The verdict cannot be computed again: the record lacks what its decision rule needs."),
    "rules-unknown": N_("The rules that the record names are not at hand."),
    "log-forked": N_("The log has shown two histories. This concerns every case of it; tell its witnesses."),
    "bad-consistency-proof": N_("The log has shown two histories. This concerns every case of it; tell its witnesses."),
    "not-cosigned": N_("Only the log's own key vouches for it. Ask which witness watches the log."),
    "not-stamped": N_("Nobody outside vouches for the time. Ask for a bundle made after the next time stamp."),
    "timestamp-early": N_("Two clocks contradict each other: the log says that it took the entry after the time stamp."),
    "no-history": N_("The vehicle has no case, or its history is not in the bundle."),
    "history-gap": N_("A step of the case is missing, or was put in."),
    "history-order": N_("The steps of the case do not follow one another."),
    "event-unjournalled": N_("The step is not in the journal as it stands here: it was changed, or written afterwards."),
    "step-not-allowed": N_("The step is none that the way of a case knows."),
    "four-eyes": N_("One person took two parts that the law gives to two. The decision does not stand; raise it as an objection."),
}


def meaning_of(code: str) -> str:
    """Give the message of the catalogue for a kind of finding."""
    return MEANINGS.get(code, OTHER)
