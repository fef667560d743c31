"""What tickets and callers' numbers are found by: terms beside each (ADR 30)."""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from db.sought import folded
from db.terms import Terms, create_index, pieces, stretches, term

revision: str = "0270"
down_revision: str | None = "0260"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 1000
TEXTS = (
    *("number", "business", "nature", "department", "body", "answer", "cause", "handling"),
    *("customer_name", "customer_number", "customer_identity"),
)
CHOSEN = ("kind", "state", "handler", "department")
SETTLED = ("answered", "withdrawn", "closed", "archived")


def upgrade() -> None:
    op.create_table(
        "ticket_terms",
        sa.Column("ticket_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("terms", Terms(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_ticket_terms_ticket_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("pk_ticket_terms")),
    )
    op.create_table(
        "caller_numbers",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("identity", sa.String(length=80), nullable=False),
        sa.Column("last_at", WHEN, nullable=False),
        sa.Column("terms", Terms(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_caller_numbers")),
        sa.UniqueConstraint("number", "identity", name=op.f("uq_caller_numbers_number_identity")),
    )
    bind = op.get_bind()
    _fill_tickets(bind)
    _fill_numbers(bind)
    op.create_index(op.f("ix_caller_numbers_identity"), "caller_numbers", ["identity"])
    op.create_index(op.f("ix_caller_numbers_last_at"), "caller_numbers", ["last_at"])
    for table, key in (("ticket_terms", "ticket_id"), ("caller_numbers", "id")):
        for statement in create_index(table, key, bind.dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table in ("caller_numbers", "ticket_terms"):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TABLE {table}_index")
        op.drop_table(table)


def _fill_tickets(bind: sa.Connection) -> None:
    others = ("id", "left_at", "call_id", "urgent", "to_review")
    columns: list[sa.ColumnClause[Any]] = [
        sa.column(name) for name in sorted({*TEXTS, *CHOSEN, *others})
    ]
    tickets = sa.table("tickets", *columns)
    kept = sa.table("ticket_terms", sa.column("ticket_id"), sa.column("terms", Terms()))
    last = 0
    while True:
        query = sa.select(tickets).where(tickets.c.id > last).order_by(tickets.c.id)
        some = bind.execute(query.limit(AT_ONCE)).mappings().all()
        if not some:
            return
        last = some[-1]["id"]
        talked = dict(_talked(bind, sorted({row["call_id"] for row in some} - {None})))
        values = [
            {"ticket_id": row["id"], "terms": _terms(row, talked.get(row["call_id"], ()))}
            for row in some
        ]
        bind.execute(kept.insert(), values)


def _talked(bind: sa.Connection, calls: Sequence[str]) -> Iterator[tuple[str, set[str]]]:
    found: dict[str, set[str]] = {}
    for table, key in (("calls", "id"), ("talk_segments", "call_id")):
        query = sa.text(
            f"SELECT {key}, agent FROM {table} WHERE agent IS NOT NULL AND {key} IN :calls"  # noqa: S608
        ).bindparams(sa.bindparam("calls", expanding=True))
        for some in range(0, len(calls), AT_ONCE):
            for call, agent in bind.execute(query, {"calls": calls[some : some + AT_ONCE]}):
                found.setdefault(call, set()).add(agent)
    yield from found.items()


def _terms(row: sa.RowMapping, agents: Sequence[str] | set[str]) -> list[int]:
    """Return the terms of a ticket as they were made when this version came."""
    words = (word for name in TEXTS for word in folded(row[name] or "").split())
    found = pieces(words) | stretches(row["id"])
    found |= {term(name, row[name]) for name in CHOSEN if row[name]}
    found |= {term("agent", agent) for agent in agents if agent}
    if row["customer_identity"]:
        found.add(term("customer", row["customer_identity"]))
    if row["call_id"]:
        found.add(term("call", row["call_id"]))
    if row["left_at"] is not None and row["department"]:
        found.add(term("left_for", row["department"]))
    for name in ("urgent", "to_review"):
        found.add(term("is" if row[name] else "is not", name))
    if row["state"] not in SETTLED:
        found.add(term("is", "open"))
    return sorted(found)


def _fill_numbers(bind: sa.Connection) -> None:
    """Keep every number of a call once, then what each is found by."""
    nothing = "''" if bind.dialect.name == "sqlite" else "ARRAY[]::integer[]"
    bind.execute(
        sa.text(
            "INSERT INTO caller_numbers (number, identity, last_at, terms)"  # noqa: S608
            f" SELECT number, identity, max(ring_started), {nothing} FROM calls"
            " WHERE number <> '' OR identity <> '' GROUP BY number, identity"
        )
    )
    kept = sa.table(
        "caller_numbers",
        *(sa.column(name) for name in ("id", "number", "identity")),
        sa.column("terms", Terms()),
    )
    row, last = kept.c, 0
    fill = kept.update().where(row.id == sa.bindparam("key")).values(terms=sa.bindparam("found"))
    while True:
        query = sa.select(row.id, row.number, row.identity).where(row.id > last).order_by(row.id)
        some = bind.execute(query.limit(AT_ONCE)).all()
        if not some:
            return
        last = some[-1].id
        values = [
            {"key": key, "found": sorted(pieces({number, identity}))}
            for key, number, identity in some
        ]
        bind.execute(fill, values)
