"""Writes vehicles down: media, verdict, record and checkpoint in one transaction of the outbox."""

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from contract.captures import CaptureHeader, capture_bytes
from contract.chain import Link
from contract.clips import CLIP_TYPE, ClipCut
from contract.faults import Fault, RejectError, RetryError
from contract.limits import RuleBook
from contract.media import VEHICLE_PICTURES, MediaRef, MediaRole, Sha256
from contract.records import Identity, PlateEntry, Software
from contract.station import Station
from contract.units import US_PER_S
from contract.vehicles import VehicleFlag
from contract.verdicts import Verdict
from edge.lane import Ready
from edge.matching.match import Match
from edge.memory import memory_bytes
from edge.outbox import Blob, ClipSpan, MakeRecord, Outbox, ReadKey
from edge.parameters import Parameters
from edge.pictures import PictureFolder
from edge.records.build import Identities, build_record, plate_entry, supplement
from edge.records.sign import sign_record
from edge.verdicts.decide import decide

REMEMBERED: Final = 1_024
"""Recorded vehicles that a late plate read may still belong to; the matching remembers as many."""

READS_MAX: Final = 24
"""Reads of one side that a record holds, best first; a vehicle that stands before a camera is read hundreds of times, and a record has room
for some hundred reads."""

CAPTURE_TYPE: Final = "application/x-hdf5"
PICTURE_TYPE: Final = "image/jpeg"
_SHOWN: Final = {"front": MediaRole.FRONT, "rear": MediaRole.REAR}


@dataclass(frozen=True, slots=True)
class Recorded:
    """A vehicle's place in the chain, and its raw signal as the record names it."""

    link: Link
    capture: Blob


class Recorder:
    """Turns ready vehicles into signed records in the outbox.

    Parameters
    ----------
    station, rules
        The station file and the versions of its rules; each vehicle is judged by the one in force when it passed.
    software, station_text
        What records vouch for: the legally relevant software, and the text of the station file.
    outbox, key
        Where records go, and what signs them.
    pictures
        Where the plate reader leaves pictures.
    note
        Told of what was missing.
    certified
        Whether this station's calibrations come into force by certificates; one without is then no valid calibration.
    overview
        Gives, by the vehicle's key, the overview picture that was taken of it; None where there is none.
    """

    def __init__(
        self,
        station: Station,
        *,
        rules: RuleBook,
        software: Software,
        station_text: str,
        outbox: Outbox,
        key: Ed25519PrivateKey,
        pictures: PictureFolder,
        note: Callable[[Fault], None],
        certified: bool,
        overview: Callable[[str], Sha256 | None] = lambda _: None,
    ) -> None:
        self._station = station
        self._rules = rules
        self._parameters = Parameters(station_text)
        self._identities = Identities(station.station.id, software, self._parameters.station.sha256)
        self._outbox = outbox
        self._key = key
        self._pictures = pictures
        self._note = note
        self._certified = certified
        self._overview = overview
        self._links: OrderedDict[str, Link] = OrderedDict()

    def record(self, ready: Ready) -> Recorded:
        """Store one vehicle. Where the quota has no room for its media, the record goes without them and says so by its bars.

        Raises
        ------
        RetryError
            If the outbox has no room even for the record; nothing was stored, try again when the uplink is back.
        """
        capture = self._capture(ready)
        media = [*self._pictures_of(ready.match, self._overview(ready.key)), (MediaRole.CAPTURE, capture)]
        try:
            link = self._store(ready, media)
        except RetryError as error:
            if error.code != "blobs-full":
                raise
            self._note(error.fault())
            link = self._store(ready, [])
        self._forget_pictures(media)
        self._links[ready.key] = link
        while len(self._links) > REMEMBERED:
            self._links.popitem(last=False)
        return Recorded(link, capture)

    def supplement(self, match: Match, time_us: int) -> Link | None:
        """Store what came for a recorded vehicle after its record; None where the vehicle is no longer remembered.

        Where the quota has no room for the pictures, the plate goes without them.

        Raises
        ------
        RetryError
            If the outbox has no room even for the record; nothing was stored, try again when the uplink is back.
        """
        of = self._links.get(match.key)
        if of is None:
            return None
        media = self._pictures_of(match)
        try:
            link = self._append_supplement(of, match, time_us, media)
        except RetryError as error:
            if error.code != "blobs-full":
                raise
            self._note(error.fault())
            link = self._append_supplement(of, match, time_us, [])
        self._forget_pictures(media)
        return link

    def _append_supplement(self, of: Link, match: Match, time_us: int, media: list[tuple[MediaRole, Blob]]) -> Link:
        make = self._supplement(of, time_us, plates=plate_entries(match), media=media)
        return self._outbox.append(make, [blob for _, blob in media], reads=_read_keys(match))

    def add_clip(self, cut: ClipCut, time_us: int) -> Link | None:
        """Store the clip of a recorded vehicle as a supplementary record; None where there is none to be had, which is noted.

        Raises
        ------
        RetryError
            If the outbox has no room for a record now; nothing was stored, try again.
        """
        where = f"clip of record {cut.seq}"
        try:
            if cut.clip is None:
                raise RejectError("clip-missing", where, f"will never come: {cut.problem}")
            clip = Blob.of(self._pictures.read(cut.clip), CLIP_TYPE)
        except RejectError as error:
            self._note(error.fault())
            self._outbox.close_clip(cut.seq)
            return None
        if cut.problem:
            self._note(RejectError("clip-incomplete", where, cut.problem).fault())
        try:
            link = self._outbox.append(
                self._supplement(Link(cut.seq, cut.record_sha256), time_us, media=((MediaRole.CLIP, clip),)),
                [clip],
                closes_clip_of=cut.seq,
            )
        except RetryError as error:
            if error.code != "blobs-full":
                raise
            self._note(error.fault())
            self._outbox.close_clip(cut.seq)
            return None
        self._pictures.discard(cut.clip)
        return link

    def _supplement(
        self, of: Link, time_us: int, *, plates: tuple[PlateEntry, ...] = (), media: Sequence[tuple[MediaRole, Blob]] = ()
    ) -> MakeRecord:
        """Give what makes the record of something that came after the record `of`."""

        def make(after: Link) -> tuple[bytes, bytes]:
            record = supplement(of, after=after, station=self._station.station.id, time_us=time_us, plates=plates, media=_refs(media))
            sealed = sign_record(record, self._key)
            return sealed.payload, sealed.envelope

        return make

    def _store(self, ready: Ready, media: list[tuple[MediaRole, Blob]]) -> Link:
        vehicle, match = ready.vehicle, ready.match
        certificate = None if ready.in_force is None else ready.in_force.certificate
        pack, in_force = self._rules.at(ready.time_us)
        verdict = decide(
            vehicle,
            pack,
            self._station.gates,
            ready.clock,
            plate_certainty=match.certainty if match.text else None,
            has_pictures=any(role in VEHICLE_PICTURES for role, _ in media),
            calibrated=VehicleFlag.UNCALIBRATED not in vehicle.flags and (certificate is not None or not self._certified),
            in_force=in_force,
            certificate=certificate,
            time_us=ready.time_us,
        )

        def make(after: Link) -> tuple[bytes, bytes]:
            record = build_record(
                vehicle,
                verdict,
                after=after,
                identities=self._identities,
                rules=Identity(id=pack.id, sha256=pack.sha256),
                time_us=ready.time_us,
                clock=ready.clock,
                plate=match.text,
                plate_certainty=match.certainty,
                plates=plate_entries(match),
                media=_refs(media),
                pavement_c=ready.pavement_c,
                calibration=None if ready.in_force is None else ready.in_force.identity,
                certificate=certificate,
            )
            sealed = sign_record(record, self._key)
            return sealed.payload, sealed.envelope

        # Without its capture a vehicle cannot be weighed again, so what else that takes need not be sent.
        parameters = self._parameters.of(ready.in_force) if media else []
        return self._outbox.append(
            make, [*(blob for _, blob in media), *parameters], ready.checkpoint, _read_keys(match), clip=self._clip_span(ready, verdict)
        )

    def _clip_span(self, ready: Ready, verdict: Verdict) -> ClipSpan | None:
        """Give the video that belongs to a vehicle; None where it is no evidence, or the station has no video."""
        video = self._station.video
        if video is None or not verdict.is_evidence:
            return None
        from_us, until_us = (ready.time_us + round(seconds * US_PER_S) for seconds in (-video.before_s, video.after_s))
        return ClipSpan(ready.lane, from_us, until_us)

    def _forget_pictures(self, media: list[tuple[MediaRole, Blob]]) -> None:
        for role, blob in media:
            if role is not MediaRole.CAPTURE:
                self._pictures.discard(blob.sha256)

    def _capture(self, ready: Ready) -> Blob:
        weighing, lane = ready.weighing, self._station.lane_with(ready.lane)
        before_us = (weighing.vehicle.first_axle_sample - weighing.first_sample) / lane.rate_hz * US_PER_S
        start = dt.datetime.fromtimestamp((ready.time_us - before_us) / US_PER_S, dt.UTC)
        header = CaptureHeader(
            station=self._station.station.id,
            lane=lane.id,
            start_utc=start.isoformat(timespec="microseconds"),
            rate_hz=lane.rate_hz,
            pavement_c=ready.pavement_c,
            channels=lane.channels,
            first_sample=weighing.first_sample,
        )
        before = None if weighing.before is None else memory_bytes(weighing.before)
        return Blob.of(capture_bytes(header, weighing.counts, weighing.gaps, before), CAPTURE_TYPE)

    def _pictures_of(self, match: Match, overview: Sha256 | None = None) -> list[tuple[MediaRole, Blob]]:
        named = [(_SHOWN[one.facing], one.read.scene_picture) for one in match.matched]
        named.append((MediaRole.OVERVIEW, overview))
        named += [(MediaRole.PLATE, read.plate_picture) for read in match.reads]
        found = []
        for role, sha256 in dict.fromkeys(named):
            if sha256 is None:
                continue
            try:
                found.append((role, Blob.of(self._pictures.read(sha256), PICTURE_TYPE)))
            except RejectError as error:
                self._note(error.fault())
        return found


def plate_entries(match: Match) -> tuple[PlateEntry, ...]:
    """Write down the best reads of each side of a match with how sure they are; why, and what no camera saw, stands with the first."""
    best = [one for facing in _SHOWN for one in [read for read in match.matched if read.facing == facing][:READS_MAX]]
    return tuple(
        plate_entry(
            one.read, facing=one.facing, certainty=one.certainty, residual_us=one.residual_us, reasons=match.reasons if index == 0 else ()
        )
        for index, one in enumerate(sorted(best, key=match.matched.index))
    )


def _refs(media: Iterable[tuple[MediaRole, Blob]]) -> tuple[MediaRef, ...]:
    return tuple(blob.ref(role) for role, blob in media)


def _read_keys(match: Match) -> list[ReadKey]:
    return [ReadKey(read.camera, read.event_id) for read in match.reads]
