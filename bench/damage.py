"""Random and damaged signal for the fuzz bench: what no wheel makes, what lines and digitisers do to recordings, and both at once.

Every function takes the generator that decides everything, so that a seed repeats a session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contract.samples import COUNT_MAX

Counts = NDArray[np.int32]
Wave = NDArray[np.float64]

BLOCK_S: Final = (0.001, 0.4)
"""Length of a block: from a few samples to what a line delivers after a hiccup; drawn even in its logarithm."""

MAINS_HZ: Final = (50.0, 60.0)


@dataclass(frozen=True, slots=True)
class Push:
    """One call of the assembler: counter of the first sample, counts (channels, n), and whether the converter calls them faulty."""

    counter: int
    counts: Counts
    faulty: bool = False


def quiet(rng: np.random.Generator, channels: int, samples: int) -> Wave:
    """Give idle channels: a zero of their own each and white noise as of a bridge."""
    noise = 10.0 ** rng.uniform(-1.0, 2.5, (channels, 1))
    return rng.uniform(-1e5, 1e5, (channels, 1)) + noise * rng.standard_normal((channels, samples))


def white_noise(rng: np.random.Generator, channels: int, samples: int, _rate_hz: float) -> Wave:
    """Give white noise of any strength up to full scale."""
    return 10.0 ** rng.uniform(-1.0, 6.5, (channels, 1)) * rng.standard_normal((channels, samples))


def hum(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give mains hum with harmonics that comes and goes, off its nominal frequency."""
    time_s = np.arange(samples) / rate_hz
    wave = quiet(rng, channels, samples)
    base_hz = rng.choice(MAINS_HZ) * rng.uniform(0.99, 1.01)
    swell = np.clip(1.0 + np.sin(2.0 * np.pi * rng.uniform(0.02, 0.5) * time_s + rng.uniform(0.0, 6.0)), 0.0, None)
    for harmonic in (1, 2, 3):
        height = 10.0 ** rng.uniform(0.0, 4.0, (channels, 1))
        wave += height * swell * np.sin(2.0 * np.pi * harmonic * base_hz * time_s + rng.uniform(0.0, 6.0, (channels, 1)))
    return wave


def drift(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give zeros that creep and wander."""
    walk = np.cumsum(rng.standard_normal((channels, samples)), axis=1) * 10.0 ** rng.uniform(-3.0, 0.0, (channels, 1))
    ramp = rng.uniform(-200.0, 200.0, (channels, 1)) * np.arange(samples) / rate_hz
    return quiet(rng, channels, samples) + walk + ramp


def steps(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give zeros that jump, of one channel or of all at once as a supply makes them, and stay where they are."""
    wave = quiet(rng, channels, samples)
    for at in _moments(rng, samples, 4.0 * rate_hz):
        height = rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(2.0, 6.0)
        if rng.random() < 0.5:
            wave[:, at:] += height
        else:
            wave[rng.integers(channels), at:] += height
    return wave


def spikes(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give single samples and pairs of them far off, of one channel or of all."""
    wave = quiet(rng, channels, samples)
    for at in _moments(rng, samples, 0.3 * rate_hz):
        rows = slice(None) if rng.random() < 0.3 else rng.integers(channels)
        wave[rows, at : at + rng.integers(1, 3)] += rng.choice((-1.0, 1.0)) * 10.0 ** rng.uniform(2.0, 7.0)
    return wave


def saturation(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give stretches at the converter's end of scale, seconds long, of any channels."""
    wave = quiet(rng, channels, samples)
    for at in _moments(rng, samples, 6.0 * rate_hz):
        rows = rng.random(channels) < rng.uniform(0.1, 1.0)
        wave[rows, at : at + round(rng.uniform(0.5, 8.0) * rate_hz)] = rng.choice((-1.0, 1.0)) * COUNT_MAX
    return wave


def dead_or_stuck(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give channels that stand still at zero or at any count, and come back."""
    wave = quiet(rng, channels, samples)
    for at in _moments(rng, samples, 5.0 * rate_hz):
        channel, stop = rng.integers(channels), at + round(rng.exponential(8.0) * rate_hz)
        wave[channel, at:stop] = 0.0 if rng.random() < 0.5 else wave[channel, at] + rng.uniform(-50.0, 50.0)
    return wave


def any_integers(rng: np.random.Generator, channels: int, samples: int, _rate_hz: float) -> Wave:
    """Give words drawn evenly from a random range, at times beyond the 24 bits of a converter."""
    reach = 2.0 ** rng.uniform(0.0, 31.0, (channels, 1))
    return rng.uniform(-1.0, 1.0, (channels, samples)) * reach


def everything(rng: np.random.Generator, channels: int, samples: int, rate_hz: float) -> Wave:
    """Give hum, drift, steps and spikes on top of each other."""
    return sum((make(rng, channels, samples, rate_hz) for make in (hum, drift, steps, spikes)), np.zeros((channels, samples)))


NOISES: Final[dict[str, Callable[[np.random.Generator, int, int, float], Wave]]] = {
    "white noise": white_noise,
    "hum": hum,
    "drift": drift,
    "steps": steps,
    "spikes": spikes,
    "saturation": saturation,
    "dead or stuck channels": dead_or_stuck,
    "any integers": any_integers,
    "all of it at once": everything,
}
"""Signals without a wheel."""


def counts_of(wave: Wave) -> Counts:
    """Give what a converter makes of a signal; int32 is all that the line can carry."""
    limits = np.iinfo(np.int32)
    return np.clip(np.round(wave), limits.min, limits.max).astype(np.int32)


def pushes_of(rng: np.random.Generator, counts: Counts, rate_hz: float) -> Iterator[Push]:
    """Cut a signal into blocks of random length, in order."""
    at = 0
    while at < counts.shape[1]:
        size = max(1, round(float(np.exp(rng.uniform(*np.log(BLOCK_S)))) * rate_hz))
        yield Push(at, counts[:, at : at + size])
        at += size


def bits_flipped(rng: np.random.Generator, pushes: list[Push]) -> list[Push]:
    """Flip random bits of some blocks, up to all 32 of a word."""
    return [_flipped(rng, push) if rng.random() < 0.1 else push for push in pushes]


def dropped(rng: np.random.Generator, pushes: list[Push]) -> list[Push]:
    """Leave out single blocks and runs of them."""
    left, skip = [], 0
    for push in pushes:
        skip = skip - 1 if skip else int(rng.integers(1, 60)) if rng.random() < 0.01 else int(rng.random() < 0.02)
        if not skip:
            left.append(push)
    return left


def disordered(rng: np.random.Generator, pushes: list[Push]) -> list[Push]:
    """Send blocks again, late, and before their time."""
    places = np.arange(len(pushes)) + rng.exponential(2.0, len(pushes)) * (rng.random(len(pushes)) < 0.2)
    again = [(place + rng.exponential(30.0), index) for index, place in enumerate(places) if rng.random() < 0.1]
    return [pushes[index] for _, index in sorted([*zip(places.tolist(), range(len(pushes)), strict=True), *again])]


def cut(rng: np.random.Generator, pushes: list[Push]) -> list[Push]:
    """Cut blocks short at either end, which leaves holes of a few samples."""
    found = []
    for push in pushes:
        size = push.counts.shape[1]
        begin, end = sorted(rng.integers(0, size + 1, 2).tolist()) if rng.random() < 0.05 else (0, size)
        if end > begin:
            found.append(Push(push.counter + begin, push.counts[:, begin:end]))
    return found


def called_faulty(rng: np.random.Generator, pushes: list[Push]) -> list[Push]:
    """Let the converter say of some blocks that they mean nothing, and send anything in their place."""
    limits = np.iinfo(np.int32)
    return [
        Push(push.counter, rng.integers(limits.min, limits.max, push.counts.shape, np.int32, endpoint=True), faulty=True)
        if rng.random() < 0.05
        else push
        for push in pushes
    ]


def wrong_counters(rng: np.random.Generator, pushes: list[Push]) -> list[Push]:
    """Give some blocks a counter of elsewhere: before, or minutes ahead."""
    return [
        Push(max(0, push.counter + int(rng.normal(0.0, 10.0 ** rng.uniform(1.0, 5.5)))), push.counts) if rng.random() < 0.005 else push
        for push in pushes
    ]


DELIVERIES: Final[dict[str, Callable[[np.random.Generator, list[Push]], list[Push]]]] = {
    "bits flipped": bits_flipped,
    "blocks dropped": dropped,
    "blocks repeated and out of order": disordered,
    "blocks cut": cut,
    "converter at fault": called_faulty,
    "wrong counters": wrong_counters,
}
"""What a line does to the blocks of a signal."""


def _moments(rng: np.random.Generator, samples: int, every_samples: float) -> list[int]:
    """Give random moments, so many samples apart on average."""
    return np.sort(rng.integers(0, samples, rng.poisson(samples / every_samples))).tolist()


def _flipped(rng: np.random.Generator, push: Push) -> Push:
    counts = push.counts.copy()
    words = rng.random(counts.shape) < 10.0 ** rng.uniform(-4.0, -1.0)
    mask = (np.uint32(1) << rng.integers(0, 32, counts.shape, np.uint32)).view(np.int32)
    return Push(push.counter, np.where(words, counts ^ mask, counts))
