"""Telephone numbers are matched by their identity, which stands beside the number as it was sent.

Rows of versions that were never released keep what they have as both: they are read anew when
somebody saves them.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0105"
down_revision: str | None = "0104"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

IDENTITY = sa.String(length=80)
MATCHED = (
    ("calls", "number", "identity", "ring_started"),
    ("tickets", "customer_number", "customer_identity", "created_at"),
    ("callbacks", "number", "identity", "due_at"),
)
"""Table, number as it was sent, what it is known by, and the time by which its rows are read."""


def upgrade() -> None:
    for table, number, identity, at in MATCHED:
        _add(table, identity, copied_from=number, kind=IDENTITY)
        op.create_index(op.f(f"ix_{table}_{identity}_{at}"), table, [identity, at], unique=False)
        if table != "calls":  # a piece of a number is looked for in the number as it was sent
            op.drop_index(op.f(f"ix_{table}_{number}_{at}"), table_name=table)
    for table, kind in (("customers", IDENTITY), ("do_not_call", sa.String(length=40))):
        op.execute(f"ALTER TABLE {table} RENAME COLUMN number TO identity")  # still the key
        _add(table, "number", copied_from="identity", kind=kind)
    _add("campaign_contacts", "identity", copied_from="number", kind=sa.String(length=40))
    op.drop_index(op.f("ix_campaign_contacts_number"), table_name="campaign_contacts")
    with op.batch_alter_table("campaign_contacts") as contacts:
        contacts.drop_constraint(op.f("uq_campaign_contacts_campaign_id_number"), type_="unique")
        contacts.create_unique_constraint(
            op.f("uq_campaign_contacts_campaign_id_identity"), ["campaign_id", "identity"]
        )
    op.create_index(
        op.f("ix_campaign_contacts_identity"), "campaign_contacts", ["identity"], unique=False
    )
    op.add_column(
        "attempts", sa.Column("dialled", sa.String(length=40), nullable=False, server_default="")
    )


def _add(table: str, column: str, *, copied_from: str, kind: sa.String) -> None:
    op.add_column(table, sa.Column(column, kind, nullable=False, server_default=""))
    op.execute(f"UPDATE {table} SET {column} = {copied_from}")  # noqa: S608 (names of ours)


def downgrade() -> None:
    op.drop_column("attempts", "dialled")
    op.drop_index(op.f("ix_campaign_contacts_identity"), table_name="campaign_contacts")
    with op.batch_alter_table("campaign_contacts") as contacts:
        contacts.drop_constraint(op.f("uq_campaign_contacts_campaign_id_identity"), type_="unique")
        contacts.create_unique_constraint(
            op.f("uq_campaign_contacts_campaign_id_number"), ["campaign_id", "number"]
        )
    op.create_index(
        op.f("ix_campaign_contacts_number"), "campaign_contacts", ["number"], unique=False
    )
    op.drop_column("campaign_contacts", "identity")
    for table in ("do_not_call", "customers"):
        op.drop_column(table, "number")
        op.execute(f"ALTER TABLE {table} RENAME COLUMN identity TO number")
    for table, number, identity, at in reversed(MATCHED):
        op.drop_index(op.f(f"ix_{table}_{identity}_{at}"), table_name=table)
        op.drop_column(table, identity)
        if table != "calls":
            op.create_index(op.f(f"ix_{table}_{number}_{at}"), table, [number, at], unique=False)
