"""Letters to departments about orders that follow another, and the texts that letters begin with.

What left before is not written about. Texts that nobody has edited give way to the built-in words,
which have the link.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision: str = "0330"
down_revision: str | None = "0320"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
LONGEST = timedelta(days=31)
"""No letter is written about an order that left earlier, whatever the settings say."""
SENT = sa.text("sent_at IS NOT NULL")
DISPATCHED = "请处理工单 {ticket}，期限 {due}：{body}\n\nPlease settle {ticket} by {due}: {body}"
CHASED = (
    "工单 {ticket} 的期限 {due} 将到或已过，请尽快处理。\n\n"
    "{ticket} is due at {due}, or overdue: please settle it."
)


def upgrade() -> None:
    letters = op.create_table(
        "department_letters",
        sa.Column("order_number", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("order_number", name=op.f("pk_department_letters")),
    )
    op.create_index(
        "ix_ticket_orders_sent_at",
        "ticket_orders",
        ["sent_at"],
        sqlite_where=SENT,
        postgresql_where=SENT,
    )
    orders = sa.table(
        "ticket_orders",
        *(sa.column(name, sa.String()) for name in ("number", "department", "kind")),
        sa.column("sent_at", WHEN),
    )
    old = sa.select(orders.c.number, orders.c.department, sa.literal(""), orders.c.sent_at).where(
        orders.c.kind.in_(["chase", "remind", "return"]),
        orders.c.sent_at >= datetime.now(UTC) - LONGEST,
    )
    op.execute(letters.insert().from_select(["order_number", "department", "address", "at"], old))
    texts = sa.table(
        "ticket_classes",
        *(sa.column(name, sa.String()) for name in ("use", "text")),
        sa.column("version", sa.Integer()),
    )
    for use, text in (("dispatched", DISPATCHED), ("chased", CHASED)):
        unedited = (texts.c.use == use, texts.c.text == text, texts.c.version == 1)
        op.execute(texts.update().where(*unedited).values(text=""))


def downgrade() -> None:
    op.drop_index("ix_ticket_orders_sent_at", "ticket_orders")
    op.drop_table("department_letters")
