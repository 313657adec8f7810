"""A small `python -m bench.pushes`: damage of every kind over every protocol against the real process, and kills amid traffic."""

import random
import threading

import httpx
import pytest

from bench.push_damage import DAMAGES, good
from bench.push_sending import send
from bench.pushes import GROWTH_MAX_MB, family_mb, plate_of
from firmware_sims.push_format import FORMATS
from tests.plate_reader.line import Edge, Plates, plates

MAKES = list(FORMATS)


def wait_for(edge, wanted):
    """Wait until all of these plates have come; some damaged ones come, too."""
    missing = set(wanted)
    while missing:
        missing.discard(edge.taken.get(timeout=20)["text"])


@pytest.mark.parametrize("make", MAKES)
def test_every_damage_is_answered_and_the_good_push_behind_it_is_taken(tmp_path, make):
    rng = random.Random(make)
    with Edge() as edge, plates(tmp_path, edge.port) as running, httpx.Client(timeout=20, trust_env=False) as client:
        send(client, running.url, good(make, 1))
        before_mb, _ = family_mb(running.process.pid)
        answers = {}
        for number, (kind, damage) in enumerate(DAMAGES.items(), start=2):
            answers[kind] = {send(client, running.url, damage(good(make, 90_000 + n), rng)) for n in range(3)}
            assert send(client, running.url, good(make, number)) == "2xx", kind
        assert not [kind for kind, answer in answers.items() if "5xx" in answer], answers
        assert answers["picture bomb"] == answers["external entity"] == {"4xx"}
        wait_for(edge, {plate_of(number) for number in range(1, len(DAMAGES) + 2)})
        assert "push-internal" not in running.faults()
        after_mb, _ = family_mb(running.process.pid)
        assert after_mb - before_mb < GROWTH_MAX_MB


def test_killed_amid_traffic_of_every_make_it_loses_no_acknowledged_read(tmp_path):
    rng = random.Random(4)
    acknowledged = set()
    number = 0
    with Edge() as edge:
        for _ in range(5):
            running = Plates(tmp_path, edge.port)
            killer = threading.Timer(rng.uniform(0.05, 0.4), running.process.kill)
            with httpx.Client(timeout=20, trust_env=False) as client:
                while running.process.poll() is None:
                    number += 1
                    if send(client, running.url, good(MAKES[number % len(MAKES)], number)) == "2xx":
                        acknowledged.add(plate_of(number))
                        if killer.ident is None:  # a machine under load may take its time with the first one
                            killer.start()
            killer.join()
            running.kill()
        with plates(tmp_path, edge.port) as running:
            running.until(lambda h: h["spool"]["waiting"] == 0)
            assert running.health()["spool"]["refused"] == 0
        delivered = set()
        while not edge.taken.empty():
            delivered.add(edge.taken.get()["text"])
    assert len(acknowledged) >= 5
    assert acknowledged <= delivered
