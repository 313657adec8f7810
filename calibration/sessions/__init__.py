"""Calibration sessions: reference trucks, planned runs, passes recognised live, and what they lead to.

A session is a list of events in an append-only store; its state is what the events come to. In a program::

    store = SessionStore(folder / "sessions.db")
    store.open("2026-11-A", Opened(station="s", lane=1, standards=("cost323",), stage="initial"), by="Li")
    store.act("2026-11-A", "Li", enter_truck(truck))      # durable when it returns; raises RejectError to refuse
    store.act("2026-11-A", "Li", make_plan([30, 50, 70]))
    PassWatch(station, link, store, captures).look()      # takes in what has passed
    store.act("2026-11-A", "Li", accept(pass_id, "A", "centre"))
    calibration, fitted = fit_session(store.session("2026-11-A"), lane, now)
"""
