"""Keys of people's texts, and the mark that moves when one is destroyed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table and the mark."""
    op.create_table(
        "person_keys",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("wrapped", sa.LargeBinary(64), nullable=False),
        sa.Column("data_key", sa.String(16), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sqlite_with_rowid=False,
    )
    marks = sa.table("marks", sa.column("name", sa.String), sa.column("number", sa.BigInteger))
    op.bulk_insert(marks, [{"name": "person_keys", "number": 0}])
