"""What people said that the training zone must follow, under the names that they have there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table. Rows lie in the order of digests: when they came is nobody's business."""
    op.create_table(
        "training_wishes",
        sa.Column("subject", sa.String(64), primary_key=True),
        sa.Column("wish", sa.String(16), primary_key=True),
        sa.Column("wish_id", sa.String(36), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sqlite_with_rowid=False,
    )
