"""The whole life of a ticket: its orders, history and clocks; departments as things.

Every ticket that was dispatched has the order by which it left, or waits to; every department that
was named anywhere is one.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0200"
down_revision: str | None = "0182"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

COLUMNS = (
    ("received_at", WHEN, None),
    ("left_at", WHEN, None),
    ("deadline", WHEN, None),
    ("urgent", sa.Boolean(), sa.false()),
    ("escalated_at", WHEN, None),
    ("resumes", sa.String(length=16), None),
    ("complaint_class", sa.String(length=16), None),
    ("cause", sa.Text(), ""),
    ("handling", sa.Text(), ""),
    ("restored_at", WHEN, None),
    ("satisfaction", sa.String(length=16), None),
    ("survey_tries", sa.Integer(), "0"),
    ("next_due_at", WHEN, None),
)
"""Each with its type and what rows have that are there; None: nothing."""
INDEXES = (
    ("tickets", "ix_tickets_state_created_at", ["state", "created_at"], ""),
    (
        "tickets",
        "ix_tickets_handler_state_next_due_at",
        ["handler", "state", "next_due_at"],
        "",
    ),
    (
        "tickets",
        "ix_tickets_department_state_next_due_at",
        ["department", "state", "next_due_at"],
        "",
    ),
    ("tickets", "ix_tickets_next_due_at", ["next_due_at"], "next_due_at IS NOT NULL"),
    ("tickets", "ix_tickets_urgent", ["created_at"], "urgent"),
    ("tickets", "ix_tickets_escalated", ["escalated_at"], "escalated_at IS NOT NULL"),
    ("tickets", "ix_tickets_to_review", ["created_at"], "to_review"),
    ("ticket_orders", "ix_ticket_orders_ticket_id", ["ticket_id"], ""),
    ("ticket_orders", "ix_ticket_orders_to_review", ["written_at"], "state = 'to_review'"),
    ("ticket_orders", "ix_ticket_orders_asked", ["asked_until"], "asked_until IS NOT NULL"),
    ("ticket_entries", "ix_ticket_entries_ticket_id_id", ["ticket_id", "id"], ""),
    ("ticket_clocks", "ix_ticket_clocks_ticket_id", ["ticket_id"], ""),
    ("ticket_clocks", "ix_ticket_clocks_next_at", ["next_at", "id"], "next_at IS NOT NULL"),
    ("ticket_clocks", "ix_ticket_clocks_due_at", ["due_at", "id"], "due_at IS NOT NULL"),
)
LEFT = """
UPDATE tickets SET left_at = coalesce(updated_at, created_at)
WHERE state IN ('dispatched', 'answered') AND department <> '' AND NOT to_review
"""
ORDERS = """
INSERT INTO ticket_orders (ticket_id, number, kind, state, department, text, warning, written_at,
    written_by, reviewed_by, sent_at)
SELECT id, number || '-1', 'dispatch', CASE WHEN to_review THEN 'to_review' ELSE 'sent' END,
    department, '', '', coalesce(updated_at, created_at), coalesce(handler, ''), '', left_at
FROM tickets WHERE state = 'dispatched' AND number IS NOT NULL
"""
DEPARTMENTS = """
INSERT INTO departments (name, updated_at, updated_by)
SELECT name, CURRENT_TIMESTAMP, '' FROM (
    SELECT department AS name FROM tickets WHERE department <> ''
    UNION SELECT department FROM accounts WHERE department <> ''
    UNION SELECT department FROM api_tokens WHERE department <> ''
) AS used
"""


def upgrade() -> None:
    for name, kind, default in COLUMNS:
        column = sa.Column(name, kind, server_default=default, nullable=default is None)
        op.add_column("tickets", column)
    _orders()
    _entries()
    _clocks()
    _departments()
    for table, name, columns, where in INDEXES:
        some = sa.text(where) if where else None
        op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
    not_stopped = sa.text("state <> 'stopped'")
    op.create_index(
        "uq_ticket_clocks_one_of_a_kind",
        "ticket_clocks",
        ["ticket_id", "kind"],
        unique=True,
        sqlite_where=not_stopped,
        postgresql_where=not_stopped,
    )
    for statement in (LEFT, ORDERS, DEPARTMENTS):
        op.execute(sa.text(statement))


def _orders() -> None:
    op.create_table(
        "ticket_orders",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("refers_to", sa.String(length=32), nullable=True),
        sa.Column("deadline", WHEN, nullable=True),
        sa.Column("asked_until", WHEN, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("written_at", WHEN, nullable=False),
        sa.Column("written_by", sa.String(length=80), nullable=False),
        sa.Column("reviewed_at", WHEN, nullable=True),
        sa.Column("reviewed_by", sa.String(length=80), nullable=False),
        sa.Column("sent_at", WHEN, nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_orders_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_orders")),
        sa.UniqueConstraint("number", name=op.f("uq_ticket_orders_number")),
    )


def _entries() -> None:
    of = {
        "ticket_id": "tickets.id",
        "account_id": "accounts.id",
        "token_id": "api_tokens.id",
        "call_id": "calls.id",
    }
    op.create_table(
        "ticket_entries",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("token_id", ROW_NUMBER, nullable=True),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("order_number", sa.String(length=32), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint([name], [other], name=op.f(f"fk_ticket_entries_{name}"))
            for name, other in of.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_entries")),
    )


def _clocks() -> None:
    op.create_table(
        "ticket_clocks",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("started_at", WHEN, nullable=False),
        sa.Column("limit_s", sa.Float(), nullable=False),
        sa.Column("warn_s", sa.Float(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("used_s", sa.Float(), nullable=False),
        sa.Column("since", WHEN, nullable=True),
        sa.Column("due_at", WHEN, nullable=True),
        sa.Column("next_at", WHEN, nullable=True),
        sa.Column("stopped_at", WHEN, nullable=True),
        sa.Column("why", sa.String(length=24), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_ticket_clocks_ticket_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_clocks")),
    )


def _departments() -> None:
    op.create_table(
        "departments",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), server_default="", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("hours", sa.Integer(), server_default="0", nullable=False),
        sa.Column("office", sa.String(length=16), server_default="", nullable=False),
        sa.Column("holidays", sa.String(length=400), server_default="", nullable=False),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departments")),
        sa.UniqueConstraint("name", name=op.f("uq_departments_name")),
    )


def downgrade() -> None:
    op.drop_index("uq_ticket_clocks_one_of_a_kind", "ticket_clocks")
    for table, name, _, _ in reversed(INDEXES):
        op.drop_index(name, table)
    for table in ("departments", "ticket_clocks", "ticket_entries", "ticket_orders"):
        op.drop_table(table)
    for name, _, _ in reversed(COLUMNS):
        op.drop_column("tickets", name)
