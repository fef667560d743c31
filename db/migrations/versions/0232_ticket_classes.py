"""Classes of tickets, closing codes and texts of e-mails, which were constants before."""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0232"
down_revision: str | None = "0231"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

WHEN = sa.DateTime(timezone=True)
ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
BEGINNING = datetime(2026, 11, 30, tzinfo=UTC)
RECEIVED = (
    "您好！您反映的问题我们已收到，工单号 {ticket}，将在 {due} 前答复您。",
    "Your matter is registered as {ticket}; you will have an answer by {due}.",
)
ANSWERED = (
    "您好！您的工单 {ticket} 已有处理结果：{answer}",
    "Your matter {ticket} is settled: {answer}",
)
DISPATCHED = (
    "请处理工单 {ticket}，期限 {due}：{body}",
    "Please settle {ticket} by {due}: {body}",
)
CHASED = (
    "工单 {ticket} 的期限 {due} 将到或已过，请尽快处理。",
    "{ticket} is due at {due}, or overdue: please settle it.",
)
CLASSES = {
    "business": (
        ("固定电话", "Fixed line", ""),
        ("无线市话", "Wireless local", ""),
        ("数据通信", "Data", ""),
        ("公话", "Payphone", ""),
        ("电话卡", "Phone card", ""),
        ("信息", "Information", ""),
    ),
    "nature": (
        ("资费", "Charges", ""),
        ("服务质量", "Service", ""),
        ("通信质量", "Line quality", ""),
        ("装移机", "Installation", ""),
        ("障碍修复", "Fault repair", ""),
        ("工作差错", "Our mistake", ""),
        ("产品质量", "Product", ""),
    ),
    "complaint": (
        ("即时解决", "at once", "TKT-9"),
        ("短期解决", "short term", "TKT-9"),
        ("网络问题暂无法解决", "network problem not solvable now", "TKT-9"),
    ),
    "closing": (
        ("已解决", "solved", ""),
        ("已解释", "explained", ""),
        ("客户撤回", "withdrawn by the customer", "TKT-5"),
        ("重复受理", "registered twice", ""),
        ("无法联系客户", "customer cannot be reached", ""),
    ),
    "mail": (
        ("受理通知", "received", "\n\n".join(RECEIVED)),
        ("答复客户", "answered", "\n\n".join(ANSWERED)),
        ("派单通知", "dispatched", "\n\n".join(DISPATCHED)),
        ("催办通知", "chased", "\n\n".join(CHASED)),
    ),
}


def upgrade() -> None:
    made = op.create_table(
        "ticket_classes",
        sa.Column("id", ROW_NUMBER, autoincrement=True, nullable=False),
        sa.Column("sort", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("english", sa.String(length=80), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", WHEN, nullable=False),
        sa.Column("updated_by", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_classes")),
        sa.UniqueConstraint("sort", "name", name=op.f("uq_ticket_classes_sort_name")),
    )
    op.create_table(
        "ticket_class_versions",
        sa.Column("class_id", ROW_NUMBER, autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("class_id", "version", name=op.f("pk_ticket_class_versions")),
    )
    op.bulk_insert(
        made,
        [
            {
                "sort": sort,
                "name": name,
                "english": english,
                "text": text,
                "begins_on": None,
                "retired": False,
                "place": place,
                "version": 1,
                "updated_at": BEGINNING,
                "updated_by": "",
            }
            for sort, classes in CLASSES.items()
            for place, (name, english, text) in enumerate(classes)
        ],
    )


def downgrade() -> None:
    op.drop_table("ticket_class_versions")
    op.drop_table("ticket_classes")
