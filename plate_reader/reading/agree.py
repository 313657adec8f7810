"""What the camera's reading and our own amount to together. Pure.

| camera      | own         | text                                       | confidence                                       |
|-------------|-------------|--------------------------------------------|--------------------------------------------------|
| read t      | read t      | t                                          | the greater of both: they saw the same pixels     |
| read t      | read u      | the one that can be a plate; if both or neither can, the surer one | its own, times the doubt in the other |
| read t      | found none  | t                                          | the camera's                                      |
| found none  | read u      | u                                          | our own, halved: the camera saw more than one picture |
| pictures only | read u    | u                                          | our own                                           |

Both readings stay in the read as they were, so that anyone can see what was made of them.
"""

from typing import Final

from contract.plates import OwnReading, PlateColour, PlateRead
from plate_reader.syntax import plausible

LONE_FACTOR: Final = 0.5
"""What a plate that the camera did not find is worth: below any gate, and still there for who looks at the record."""


def combine(read: PlateRead, own: OwnReading) -> PlateRead:
    """Give the read with our own reading, and with the text and confidence that follow from both."""
    text, confidence = _together(read, own)
    colour = own.colour if read.colour is PlateColour.UNKNOWN else read.colour
    return read.model_copy(update={"text": text, "confidence": confidence, "colour": colour, "own_reading": own})


def _together(read: PlateRead, own: OwnReading) -> tuple[str, float]:
    camera = read.camera_reading
    if camera is None:
        return own.text, own.confidence
    if not own.text:
        return camera.text, camera.confidence
    if not camera.text:
        return own.text, own.confidence * LONE_FACTOR
    if camera.text == own.text:
        return camera.text, max(camera.confidence, own.confidence)
    readings = ((camera.text, camera.confidence), (own.text, own.confidence))
    (text, confidence), (_, doubt) = sorted(readings, key=lambda one: (plausible(one[0]), one[1]), reverse=True)
    return text, confidence * (1 - doubt)
