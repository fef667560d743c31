"""Customers have several numbers, addresses, lines and contacts; versions; two that were one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from db.sought import folded

revision: str = "0230"
down_revision: str | None = "0200"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = "number, identity, name, sort, note, first_agent, updated_at, updated_by, area"
AT_ONCE = 1000


def upgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    op.drop_index(op.f("ix_customers_area"), "customers")
    op.rename_table("customers", "customers_before")
    if not is_sqlite:  # there a name of an index is there once in all tables
        op.drop_constraint("pk_customers", "customers_before", type_="primary")
    op.create_table(
        "customers",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_agent", sa.String(length=8), nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("addresses", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("lines", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("contacts", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("name_key", sa.String(length=160), server_default="", nullable=False),
        sa.Column("sought", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customers")),
        sa.UniqueConstraint("identity", name=op.f("uq_customers_identity")),
        sqlite_autoincrement=True,
    )
    _copy("customers_before")
    op.drop_table("customers_before")
    for columns in (["area"], ["name_key"], ["updated_at", "id"]):
        op.create_index(op.f(f"ix_customers_{'_'.join(columns)}"), "customers", columns)
    op.create_table(
        "customer_numbers",
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("customer_id", ROW_NUMBER, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("tail", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customers.id"],
            name=op.f("fk_customer_numbers_customer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_customer_numbers")),
    )
    op.create_index(
        op.f("ix_customer_numbers_customer_id_place"), "customer_numbers", ["customer_id", "place"]
    )
    op.create_index(op.f("ix_customer_numbers_tail"), "customer_numbers", ["tail"])
    op.create_table(
        "customer_versions",
        sa.Column("customer_id", ROW_NUMBER, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "version", name=op.f("pk_customer_versions")),
    )
    op.create_table(
        "customer_merges",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("kept_id", ROW_NUMBER, nullable=False),
        sa.Column("gone_id", ROW_NUMBER, nullable=False),
        sa.Column("at", WHEN, nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("until", WHEN, nullable=False),
        sa.Column("kept_version", sa.Integer(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("gone", sa.JSON(), nullable=False),
        sa.Column("undone_at", WHEN, nullable=True),
        sa.Column("undone_by", sa.String(length=80), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_merges")),
    )
    op.create_index(op.f("ix_customer_merges_kept_id"), "customer_merges", ["kept_id"])
    _fill()


def _copy(before: str) -> None:
    op.execute(f"INSERT INTO customers ({KEPT}) SELECT {KEPT} FROM {before}")  # noqa: S608 (ours)


def _fill() -> None:
    """Write each customer's number among the numbers, and the texts that are sought."""
    bind = op.get_bind()
    last = 0
    while rows := bind.execute(
        sa.text(
            "SELECT id, identity, number, name, area FROM customers"
            " WHERE id > :last ORDER BY id LIMIT :most"
        ),
        {"last": last, "most": AT_ONCE},
    ).all():
        last = rows[-1].id
        bind.execute(
            sa.text(
                "INSERT INTO customer_numbers (identity, customer_id, place, number, label, tail)"
                " VALUES (:identity, :id, 0, :number, '', :tail)"
            ),
            [
                {
                    "identity": row.identity,
                    "id": row.id,
                    "number": row.number,
                    "tail": row.identity[-8:],
                }
                for row in rows
            ],
        )
        bind.execute(
            sa.text("UPDATE customers SET name_key = :key, sought = :sought WHERE id = :id"),
            [
                {
                    "id": row.id,
                    "key": "".join(folded(row.name).split())[:160],
                    "sought": "\n".join(
                        filter(None, (folded(row.name), folded(row.area), row.number, row.identity))
                    ),
                }
                for row in rows
            ],
        )


def downgrade() -> None:
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for table in ("customer_merges", "customer_versions", "customer_numbers"):
        op.drop_table(table)
    for columns in ("area", "name_key", "updated_at_id"):
        op.drop_index(op.f(f"ix_customers_{columns}"), "customers")
    op.rename_table("customers", "customers_after")
    if not is_sqlite:
        op.drop_constraint("pk_customers", "customers_after", type_="primary")
    op.create_table(
        "customers",
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("number", sa.String(length=80), server_default="", nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("first_agent", sa.String(length=8), nullable=True),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.Column("area", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("identity", name=op.f("pk_customers")),
    )
    _copy("customers_after")
    op.drop_table("customers_after")
    op.create_index(op.f("ix_customers_area"), "customers", ["area"])
