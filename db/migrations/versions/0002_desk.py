"""The desk: accounts, sittings, duties, customers, ticket versions, knowledge, promises."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _accounts()
    _sittings()
    _duties()
    _customers()
    _tickets()
    _ticket_versions()
    _knowledge()
    _promises()
    _handovers()
    _audit_log()


def downgrade() -> None:
    raise NotImplementedError("what agents wrote would be lost; go back to a backup instead")


def _key() -> sa.Column[int]:
    return sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False)


def _of(column: str, table: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=False)


def _unique_where(name: str, table: str, columns: list[str], which: str) -> None:
    only = sa.text(which)
    op.create_index(name, table, columns, unique=True, sqlite_where=only, postgresql_where=only)


def _accounts() -> None:
    op.create_table(
        "accounts",
        _key(),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("disabled_at", WHEN, nullable=True),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", WHEN, nullable=True),
        sa.Column("created_at", WHEN, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("number", name=op.f("uq_accounts_number")),
    )


def _sittings() -> None:
    op.create_table(
        "sittings",
        _key(),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("created_at", WHEN, nullable=False),
        sa.Column("seen_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        _of("account_id", "sittings", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sittings")),
        sa.UniqueConstraint("hash", name=op.f("uq_sittings_hash")),
    )
    _index("sittings", "account_id", "created_at")


def _duties() -> None:
    op.create_table(
        "duties",
        _key(),
        sa.Column("account_id", ROW_NUMBER, nullable=False),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("began_at", WHEN, nullable=False),
        sa.Column("ended_at", WHEN, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        sa.Column("since", WHEN, nullable=False),
        _of("account_id", "duties", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duties")),
    )
    _unique_where("uq_duties_account_at_work", "duties", ["account_id"], "ended_at IS NULL")
    _unique_where("uq_duties_seat_taken", "duties", ["seat"], "ended_at IS NULL")
    _index("duties", "account_id", "began_at")
    op.create_table(
        "duty_events",
        _key(),
        sa.Column("duty_id", ROW_NUMBER, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=80), nullable=False),
        _of("duty_id", "duty_events", "duties"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_events")),
    )
    _index("duty_events", "duty_id", "at")


def _customers() -> None:
    op.create_table(
        "customers",
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_agent", sa.String(length=8), nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_customers")),
    )


def _tickets() -> None:
    for column in (
        sa.Column("handler", sa.String(length=8), nullable=True),
        sa.Column("customer_name", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("answer", sa.Text(), nullable=False, server_default=""),
        sa.Column("department", sa.String(length=80), nullable=False, server_default=""),
        sa.Column("to_review", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("updated_at", WHEN, nullable=True),
        sa.Column("closed_at", WHEN, nullable=True),
        sa.Column("asked_at", WHEN, nullable=True),
    ):
        op.add_column("tickets", column)
    _unique_where("uq_tickets_of_call", "tickets", ["call_id"], "source = 'call'")
    _index("tickets", "handler", "created_at")


def _ticket_versions() -> None:
    op.create_table(
        "ticket_versions",
        _key(),
        sa.Column("ticket_id", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("token_id", ROW_NUMBER, nullable=True),
        sa.Column("fields", sa.JSON(), nullable=False),
        _of("ticket_id", "ticket_versions", "tickets"),
        _of("account_id", "ticket_versions", "accounts"),
        _of("token_id", "ticket_versions", "api_tokens"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_versions")),
        sa.UniqueConstraint(
            "ticket_id", "version", name=op.f("uq_ticket_versions_ticket_id_version")
        ),
    )


def _knowledge() -> None:
    op.create_table(
        "knowledge",
        _key(),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("business", sa.String(length=40), nullable=True),
        sa.Column("keywords", sa.String(length=400), nullable=False),
        sa.Column("published_at", WHEN, nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_knowledge")),
    )
    _index("knowledge", "updated_at", "id")


def _promises() -> None:
    op.create_table(
        "promises",
        _key(),
        sa.Column("call_id", sa.String(length=36), nullable=True),
        sa.Column("ticket_id", ROW_NUMBER, nullable=True),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("account_id", ROW_NUMBER, nullable=True),
        sa.Column("made_at", WHEN, nullable=False),
        sa.Column("due_at", WHEN, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        _of("ticket_id", "promises", "tickets"),
        _of("account_id", "promises", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    _unique_where("uq_promises_of_call", "promises", ["call_id", "kind"], "kind <> 'agent'")
    _index("promises", "number", "due_at")
    _index("promises", "state", "due_at", "id")
    _index("promises", "due_at", "id")


def _handovers() -> None:
    op.create_table(
        "handovers",
        _key(),
        sa.Column("shift", sa.String(length=40), nullable=False),
        sa.Column("written_at", WHEN, nullable=False),
        sa.Column("written_by", ROW_NUMBER, nullable=False),
        sa.Column("equipment", sa.Text(), nullable=False),
        sa.Column("problems", sa.Text(), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("staff", sa.Text(), nullable=False),
        sa.Column("signed_at", WHEN, nullable=True),
        sa.Column("signed_by", ROW_NUMBER, nullable=True),
        _of("written_by", "handovers", "accounts"),
        _of("signed_by", "handovers", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    _index("handovers", "written_at", "id")


def _audit_log() -> None:
    with op.batch_alter_table("audit_log") as table:
        table.alter_column("token_id", existing_type=ROW_NUMBER, nullable=True)
        table.add_column(sa.Column("account_id", ROW_NUMBER, nullable=True))
        table.add_column(sa.Column("why", sa.Text(), nullable=False, server_default=""))
        table.create_foreign_key(
            op.f("fk_audit_log_account_id"), "accounts", ["account_id"], ["id"]
        )
        table.drop_index(op.f("ix_audit_log_at"))
        table.create_index(op.f("ix_audit_log_at_id"), ["at", "id"], unique=False)
        table.create_index(op.f("ix_audit_log_account_id_at"), ["account_id", "at"], unique=False)
