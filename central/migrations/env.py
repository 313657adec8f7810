"""Alembic's entry: runs in the transaction of the connection that `central.migrations.run` hands over."""

from alembic import context
from sqlalchemy import Connection

from central.evidence.models import Base

connection: Connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
