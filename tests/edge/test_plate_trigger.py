import json
import threading

import httpx

from edge.plate_trigger import FRESH_US, WAITING_MAX, PlateTrigger

NOW_US = 1_772_438_405_123_000


def told(handler):
    """Give a trigger whose client answers by `handler`, and where faults are noted."""
    faults = []
    client = httpx.Client(transport=httpx.MockTransport(handler))
    return PlateTrigger("http://127.0.0.1:8702", lambda: NOW_US, faults.append, client), faults


def test_every_vehicle_is_told_in_order_but_none_that_is_long_gone():
    heard = []
    trigger, faults = told(lambda request: heard.append((request.url.path, json.loads(request.content))) or httpx.Response(202))
    trigger.start()
    trigger.passed(1, [("1-000", NOW_US - FRESH_US - 1), ("1-100", NOW_US - 5), ("1-200", NOW_US)])
    trigger.stop()
    assert heard == [("/trigger", {"lane": 1, "time_us": NOW_US - 5}), ("/trigger", {"lane": 1, "time_us": NOW_US})]
    assert faults == []


def test_a_plate_reader_that_is_away_is_said_once_and_again_after_it_was_back():
    answers = iter([500, 500, 202, 500])
    trigger, faults = told(lambda _: httpx.Response(next(answers)))
    trigger.start()
    trigger.passed(1, [("k", NOW_US + n) for n in range(4)])
    trigger.stop()
    assert [fault.code for fault in faults] == ["plate-trigger"] * 2


def test_it_never_waits_for_a_plate_reader_that_hangs():
    go_on = threading.Event()
    trigger, faults = told(lambda _: go_on.wait(20) and httpx.Response(202))
    trigger.start()
    trigger.passed(1, [("k", NOW_US + n) for n in range(WAITING_MAX + 5)])
    assert [fault.code for fault in faults] == ["plate-trigger"]
    go_on.set()
    trigger.stop()


def test_without_an_address_nobody_is_told():
    trigger = PlateTrigger(None, lambda: NOW_US, [].append)
    trigger.start()
    trigger.passed(1, [("k", 1)])
    assert trigger.alive
    trigger.stop()
