"""Customers and answers are found by terms; digits have longer pieces (ADR 30)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from db.sought import folded
from db.terms import Terms, create_index, pieces, stretches, term

revision: str = "0300"
down_revision: str | None = "0281"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AT_ONCE = 1000
TABLES = (("customers", "customer_id"), ("knowledge", "entry_id"))
OF_CUSTOMERS = ("id", "sought", "sort", "area", "first_agent")
OF_ANSWERS = ("id", "sought_title", "sought_keywords", "sought_body", "business", "published_at")
OF_TICKETS = (
    *("number", "business", "nature", "department", "body", "answer", "cause", "handling"),
    *("customer_name", "customer_number", "customer_identity"),
)
CHOSEN = ("sort", "area", "first_agent")

Row = Mapping[str, Any] | sa.RowMapping


def upgrade() -> None:
    bind = op.get_bind()
    op.drop_index(op.f("ix_customers_area"), "customers")
    for name in CHOSEN:
        columns = [name, "updated_at", "id"]
        op.create_index(op.f(f"ix_customers_{name}_updated_at_id"), "customers", columns)
    for of, key in TABLES:
        op.create_table(
            _terms(key),
            sa.Column(key, ROW_NUMBER, autoincrement=False, nullable=False),
            sa.Column("terms", Terms(), nullable=False),
            sa.ForeignKeyConstraint(
                [key], [f"{of}.id"], name=op.f(f"fk_{_terms(key)}_{key}"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{_terms(key)}")),
        )
    _fill(bind, "customers", OF_CUSTOMERS, "customer_id", _of_customer)
    _fill(bind, "knowledge", OF_ANSWERS, "entry_id", _of_answer)
    for _, key in TABLES:
        for statement in create_index(_terms(key), key, bind.dialect.name):
            op.execute(statement)
    _add_digits(bind)


def downgrade() -> None:
    for _, key in reversed(TABLES):
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TABLE {_terms(key)}_index")
        op.drop_table(_terms(key))
    for name in CHOSEN:
        op.drop_index(op.f(f"ix_customers_{name}_updated_at_id"), "customers")
    op.create_index(op.f("ix_customers_area"), "customers", ["area"])


def _terms(key: str) -> str:
    return "customer_terms" if key == "customer_id" else "knowledge_terms"


def _of_customer(row: Row) -> set[int]:
    found = pieces(row["sought"].split()) | stretches(row["id"])
    return found | {term(name, row[name]) for name in CHOSEN if row[name]}


def _of_answer(row: Row) -> set[int]:
    found = pieces(row["sought_title"].split(), "title") | stretches(row["id"])
    for name in ("sought_title", "sought_keywords", "sought_body"):
        found |= pieces(row[name].split())
    found.add(term("business", row["business"] or ""))
    if row["published_at"] is not None:
        found.add(term("is", "published"))
    return found


def _fill(
    bind: sa.Connection,
    of: str,
    names: Sequence[str],
    key: str,
    terms_of: Callable[[Row], set[int]],
) -> None:
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in names]
    table = sa.table(of, *columns)
    kept = sa.table(_terms(key), sa.column(key), sa.column("terms", Terms()))
    last = 0
    while True:
        query = sa.select(table).where(table.c.id > last).order_by(table.c.id).limit(AT_ONCE)
        some = bind.execute(query).mappings().all()
        if not some:
            return
        last = some[-1]["id"]
        bind.execute(
            kept.insert(), [{key: row["id"], "terms": sorted(terms_of(row))} for row in some]
        )


def _add_digits(bind: sa.Connection) -> None:
    """Give what has terms already those of its longer pieces of digits."""
    is_sqlite = bind.dialect.name == "sqlite"
    for table, key, texts, beside in (
        ("caller_numbers", "id", ("number", "identity"), None),
        ("ticket_terms", "ticket_id", OF_TICKETS, "tickets"),
    ):
        if not is_sqlite:  # to make the index of many rows at once is quicker
            op.execute(f"DROP INDEX ix_{table}_terms")
        _add(bind, table, key, texts, beside)
        for statement in () if is_sqlite else create_index(table, key, bind.dialect.name):
            op.execute(statement)


def _add(
    bind: sa.Connection, table: str, key: str, texts: Sequence[str], beside: str | None
) -> None:
    terms = sa.column("terms", Terms())
    kept = sa.table(table, sa.column(key), terms, *(() if beside else map(sa.column, texts)))
    others = sa.table(beside, sa.column("id"), *map(sa.column, texts)) if beside else kept
    rows = kept.join(others, kept.c[key] == others.c.id) if beside else kept
    query = sa.select(kept.c[key].label("key"), kept.c.terms, *(others.c[name] for name in texts))
    fill = kept.update().where(kept.c[key] == sa.bindparam("at")).values(terms=sa.bindparam("all"))
    last = 0
    while True:
        few = query.select_from(rows).where(kept.c[key] > last).order_by(kept.c[key])
        some = bind.execute(few.limit(AT_ONCE)).mappings().all()
        if not some:
            return
        last = some[-1]["key"]
        values = []
        for row in some:
            found = pieces(word for name in texts for word in folded(row[name] or "").split())
            if not found <= set(row["terms"]):
                values.append({"at": row["key"], "all": sorted(found | set(row["terms"]))})
        if values:
            bind.execute(fill, values)
