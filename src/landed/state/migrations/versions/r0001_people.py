"""Purposes, what people allow, and whose data may not be used for now."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "purposes",
        sa.Column("number", _ROW_NUMBER, primary_key=True),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("basis", sa.String(32), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("renew", sa.Boolean, nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.UniqueConstraint("purpose", "version", name="one_text_for_each_version"),
    )
    op.create_table(
        "consents",
        sa.Column("number", _ROW_NUMBER, primary_key=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("granted", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source", sa.String(100), nullable=False),
        sa.Column("said_at", _TIME, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("consents_of_person", "consents", ["subject", "purpose", "number"])
    op.create_table(
        "restrictions",
        sa.Column("number", _ROW_NUMBER, primary_key=True),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.Column("lifted_at", _TIME, nullable=True),
    )
    op.create_index("restrictions_of_person", "restrictions", ["subject"])
    marks = op.create_table(
        "marks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(marks, [{"name": "consents", "number": 0}, {"name": "rewritten", "number": 0}])
