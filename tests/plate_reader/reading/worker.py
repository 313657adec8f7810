"""A reading process for the tests, told by the picture what to do: reads it, hangs, dies, speaks nonsense."""

import json
import os
import sys
import time
from pathlib import Path


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


say(json.dumps({"ready": True}))
for line in sys.stdin:
    said = Path(json.loads(line)["path"]).read_bytes()
    if b"hang" in said:
        time.sleep(600)
    if b"die" in said:
        os._exit(9)
    if b"nonsense" in said:
        say("[1, 2")
    elif b"wrong" in said:
        say(json.dumps({"text": 5}))
    elif b"error" in said:
        say(json.dumps({"error": "broken picture"}))
    else:
        say(json.dumps({"text": said.decode(), "confidence": 0.9}))
