"""Numbers for the public: what each release spent of its dataset's budget, and what was told."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table, and the mark that those who spend wait for."""
    op.create_table(
        "public_releases",
        sa.Column("release_id", sa.String(32), primary_key=True),
        sa.Column("dataset", sa.String(64), nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("millis", sa.Integer, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", sa.Text, nullable=True),
    )
    marks = sa.table("marks", sa.column("name", sa.String), sa.column("number", sa.BigInteger))
    op.bulk_insert(marks, [{"name": "public", "number": 0}])
