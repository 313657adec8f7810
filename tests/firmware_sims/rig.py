"""A digitiser on the bench: known signal, a clock turned by hand, a real pseudo-terminal."""

import os
import random

import numpy as np

from firmware_sims.clock import SimulatedClock
from firmware_sims.digitiser import Digitiser, Identity
from firmware_sims.faults import FaultBoard
from firmware_sims.layout import Layout, Sensor
from firmware_sims.pseudo_terminal import PseudoTerminal
from firmware_sims.serial_front import SerialFront
from tests.firmware_sims import wire

CHANNELS = ("R0L", "R0R", "loopA")
RATE_HZ = 1000
SERIAL_NUMBER = 77


def small_layout(rate_hz=1000.0):
    def strip(channel, position_m, left_m):
        return Sensor(channel, "strip", position_m, 0.06, (left_m, left_m + 1.75), 0.5)

    def loop(channel, position_m):
        return Sensor(channel, "loop", position_m, 2.0, (0.5, 3.0), 1.0)

    sensors = (strip("R0L", 0, 0), strip("R0R", 0, 1.75), strip("R1L", 3, 0), strip("R1R", 3, 1.75))
    return Layout("bench", 1, 3.5, rate_hz, (*sensors, loop("loopA", -2.0), loop("loopB", 5.5)))


class HandClock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def signal(start, stop):
    """Counts that name their own sample and channel."""
    return (np.arange(start, stop)[:, None] * 3 + np.arange(len(CHANNELS))).astype(np.int32)


class Core:
    """A digitiser fed with `signal` as its clock is turned."""

    def __init__(self, seed=1):
        self.hand = HandClock()
        self.clock = SimulatedClock(1.0, monotonic=self.hand)
        self.faults = FaultBoard(self.clock.wall_s, random.Random(seed), {"channel": CHANNELS, "camera": ("front", "rear")})
        identity = Identity(SERIAL_NUMBER, (1, 2, 3), CHANNELS, RATE_HZ * 1000)
        self.digitiser = Digitiser(identity, self.clock, self.faults)
        self.fed = 0

    def advance(self, seconds):
        self.hand.seconds += seconds
        stop = int(self.clock.now_s() * RATE_HZ + 1e-6)
        self.digitiser.convert(signal(self.fed, stop))
        self.fed = stop


class Bench(Core):
    """The digitiser on a serial line, its host's end in the hands of the test."""

    def __init__(self, folder, seed=1):
        super().__init__(seed)
        self.link = folder / "line"
        self.front = SerialFront(self.digitiser, PseudoTerminal(self.link), self.faults, self.clock.wall_s)
        self.host = -1

    def connect(self):
        self.host = os.open(self.link, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)

    def disconnect(self):
        os.close(self.host)
        self.host = -1

    def close(self):
        if self.host >= 0:
            self.disconnect()
        self.front.close()

    def receive(self):
        data = b""
        while True:
            try:
                piece = os.read(self.host, 65536)
            except BlockingIOError:
                return data
            if not piece:
                return data
            data += piece

    def run(self, seconds, step_s=0.01):
        """Let time pass and give the bytes that came."""
        data = b""
        for _ in range(round(seconds / step_s)):
            self.advance(step_s)
            self.front.tick()
            data += self.receive()
        return data

    def ask(self, *args, **named):
        """Send a command and give (type, payload) of its answer."""
        os.write(self.host, wire.command(*args, **named))
        found, _ = wire.frames(self.run(0.02))
        return next((kind, payload) for kind, payload in found if kind in (wire.ACK, wire.NAK))

    def start(self):
        self.connect()
        self.run(0.02)
        assert self.ask(wire.START)[0] == wire.ACK
