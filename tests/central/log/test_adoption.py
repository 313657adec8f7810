"""A database from before the log: what is stored becomes its first leaves, once, when the tables are brought forward."""

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from central.evidence.database import Database
from central.evidence.log import leaves, tree
from central.evidence.log.audit import audit_log
from central.evidence.log.checkpoints import log_key
from central.evidence.log.memory import Memory
from central.evidence.log.vouching import Trusted
from central.migrations.run import migrate
from contract.log.leaves import ActLeaf, RecordLeaf, parse_leaf
from contract.media import sha256_hex
from tests.contract.log import reference

RECORDS, ACTS = 300, 1_005


@pytest.fixture
def old(database_url):
    """Give a database as the version before the log left it."""
    database = Database(database_url)
    with database.exclusive_connection() as connection:
        config = Config()
        config.set_main_option("script_location", "central:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(text("INSERT INTO station VALUES ('S1', 'S1', 1)"))
        connection.execute(text("INSERT INTO station_key VALUES (:key, 'S1', :raw, 1, NULL)"), {"key": "a" * 64, "raw": bytes(32)})
        connection.execute(
            text(
                "INSERT INTO record (station, seq, sha256, prev_sha256, type, time_us, received_us, key_id, chain, payload, envelope) "
                "VALUES ('S1', :seq, :sha256, :sha256, 'vehicle', 1, 1, :key, 'linked', :payload, :payload)"
            ),
            [{"seq": seq, "sha256": sha256_hex(b"%d" % seq), "key": "a" * 64, "payload": b"%d" % seq} for seq in range(1, RECORDS + 1)],
        )
        entry = b'{"account":"a","address":"x","detail":{},"person":"a","subject":"s","time_us":1,"verb":"did"}'
        connection.execute(
            text("INSERT INTO act (time_us, person, account, verb, subject, entry) VALUES (1, 'a', 'a', 'did', 's', :entry)"),
            [{"entry": entry}] * ACTS,
        )
    yield database
    database.close()


def test_records_and_acts_become_the_first_leaves(old: Database, tmp_path):
    migrate(old)
    with old.snapshot() as session:
        stored = [leaves.leaf(session, index).data for index in range(RECORDS + ACTS)]
        assert leaves.size(session) == RECORDS + ACTS
        assert tree.root(session, RECORDS + ACTS) == reference.root(stored)
        found = audit_log(session, Trusted(log_key(tmp_path / "keys", "o")), Memory())
    assert (found.records, found.acts, found.failures) == (RECORDS, ACTS, [])
    assert [type(parse_leaf(data, "test")) for data in stored] == [RecordLeaf] * RECORDS + [ActLeaf] * ACTS


def test_it_happens_once(old: Database):
    migrate(old)
    migrate(old)
    with old.read() as session:
        assert leaves.size(session) == RECORDS + ACTS
