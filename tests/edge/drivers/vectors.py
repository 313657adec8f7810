"""The byte tables of docs/protocols/serial-digitiser.md, copied out so that the page and the driver can be held against each other."""

HEARTBEAT = bytes.fromhex("a5 5a 01 03 10 00 01 4d 49 57 a0 0f 00 00 00 00 00 00 10 00 8e 5d 38 01 00 00 f1 d3 2c 79")
SAMPLES = bytes.fromhex(
    "a5 5a 01 02 20 00 01 4d 49 57 40 42 0f 00 00 00 00 00 29 00 03 00 02 00"
    "00 00 00 ff ff ff 00 01 00 ff ff 7f 00 00 80 fe ff ff dc ae f2 a0"
)
RESEND = bytes.fromhex("a5 5a 01 86 0e 00 01 4d 49 57 02 01 58 3e 0f 00 00 00 00 00 f4 01 00 00 a3 84 1e a1")
GONE = bytes.fromhex("a5 5a 01 05 0c 00 01 4d 49 57 86 03 02 01 20 3f 0f 00 00 00 00 00 44 98 d7 18")
REPORT = bytes.fromhex(
    "a5 5a 01 01 38 00 01 4d 49 57 01 02 03 02 01 4d 49 57 00 09 3d 00 00 53 07 00 a0 0f 00 00 00 00 00 00"
    "00 00 00 00 00 00 00 00 52 30 4c 00 00 00 00 00 00 00 00 00 6c 6f 6f 70 41 00 00 00 00 00 00 00"
    "4a db bb 0a"
)
DEVICE = 0x57494D01
