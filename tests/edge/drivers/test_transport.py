import time

import pytest

from contract.faults import RetryError
from edge.drivers.transport import SerialLine
from tests.edge.drivers.peers import Terminal


@pytest.fixture
def terminal():
    made = Terminal()
    yield made
    made.close()


@pytest.fixture
def line(terminal):
    made = SerialLine("north", terminal.path, 115_200)
    made.open()
    yield made
    made.close()


def test_bytes_come_and_go(line, terminal):
    terminal.say(b"\x00\x11\x13\xff\r\n")
    assert line.read(1) == b"\x00\x11\x13\xff\r\n"
    line.write(b"\r\n\x04\x7f")
    assert terminal.heard() == b"\r\n\x04\x7f"


def test_silence_is_no_fault(line):
    began = time.monotonic()
    assert line.read(0.05) == b""
    assert 0.04 < time.monotonic() - began < 2


def test_a_port_that_is_not_there():
    with pytest.raises(RetryError, match=r"north: /nowhere/serial cannot be opened .* check the cable"):
        SerialLine("north", "/nowhere/serial", 115_200).open()


def test_a_port_that_somebody_holds(line, terminal):
    with pytest.raises(RetryError, match="no other program holds it"):
        SerialLine("south", terminal.path, 115_200).open()


@pytest.mark.parametrize("use", [lambda line: line.read(0.1), lambda line: line.write(b"x")])
def test_a_line_that_hangs_up(line, terminal, use):
    terminal.hang_up()
    with pytest.raises(RetryError, match=r"north: .* hung up") as caught:
        use(line)
    assert caught.value.code == "line-lost"
    line.close()


def test_a_line_that_nobody_opened():
    with pytest.raises(RetryError, match="is not open; open it first"):
        SerialLine("north", "/dev/null", 115_200).read(0)
