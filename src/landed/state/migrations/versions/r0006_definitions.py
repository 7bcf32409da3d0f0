"""Definitions of experiments and flags, all their versions, and which alerts were sent of them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables and the marks; each change is known by the number of its mark."""
    op.create_table(
        "definitions",
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("changed_at", _TIME, nullable=False),
    )
    op.create_table(
        "definition_changes",
        sa.Column("key", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("mark", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )
    op.create_index("changes_of_definition", "definition_changes", ["key", "mark"])
    op.create_table(
        "told_alerts",
        sa.Column("key", sa.String(100), primary_key=True),
        sa.Column("phase", sa.Integer, primary_key=True),
        sa.Column("about", sa.String(200), primary_key=True),
        sa.Column("told_at", _TIME, nullable=False),
    )
    marks = sa.table("marks", sa.column("name", sa.String), sa.column("number", sa.BigInteger))
    op.bulk_insert(marks, [{"name": "definitions", "number": 0}, {"name": "alerts", "number": 0}])
