"""What can be done with a ticket: verbs, places, and what a verb may need. Does no I/O."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from features.tickets.lifecycle import ComplaintClass, Satisfaction, Ticket, TicketState


class Verb(StrEnum):
    ANSWER = "answer"  # 当场答复
    DISPATCH = "dispatch"  # 派单
    APPROVE = "approve"  # 审核通过
    REFUSE = "refuse"  # 审核退回
    TAKE_BACK = "take_back"  # 撤回派单
    ACCEPT = "accept"  # 部门接单
    SEND_BACK = "send_back"  # 部门退回
    ASK_TIME = "ask_time"  # 申请延期
    GRANT_TIME = "grant_time"  # 同意延期
    DENY_TIME = "deny_time"  # 不同意延期
    HANDLE = "handle"  # 处理完
    SATISFIED = "satisfied"  # 回访满意
    NOT_SATISFIED = "not_satisfied"  # 回访不满意
    NOT_REACHED = "not_reached"  # 回访未接通
    UPHOLD = "uphold"  # 维持答复
    SECOND_DISPATCH = "second_dispatch"  # 二次派单
    REMIND = "remind"  # 催单
    CHASE = "chase"  # 追单
    SUPPLEMENT = "supplement"  # 补充
    URGENT = "urgent"  # 加急
    CALM = "calm"  # 取消加急
    ESCALATE = "escalate"  # 升级
    PROGRESS = "progress"  # 告知进展
    LOOK = "look"  # 查看
    TAKE = "take"  # 接手
    HAND = "hand"  # 转交: somebody else keeps it from now on
    NOTE = "note"  # 备注
    WAIT = "wait"  # 等待客户
    GO_ON = "go_on"  # 继续处理
    WITHDRAW = "withdraw"  # 退单: the customer withdraws
    MERGE = "merge"  # 并单: the same complaint once more (features/ticket_repeats)
    CLOSE = "close"  # 结案
    REOPEN = "reopen"  # 重开
    ARCHIVE = "archive"  # 归档


class Place(StrEnum):
    """Where a ticket is in its life: its state, and whether its dispatch waits for a review."""

    NEW = "new"
    TO_REVIEW = "to_review"  # 待审核: dispatched by a junior; nothing has left (TKT-3)
    ANSWERED = "answered"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    WAITING = "waiting"
    HANDLED = "handled"
    SURVEYED = "surveyed"
    REVIEW = "review"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    ARCHIVED = "archived"

    @property
    def state(self) -> TicketState:
        """Return the ticket's state there."""
        return TicketState.DISPATCHED if self is Place.TO_REVIEW else TicketState(self.value)


def place(ticket: Ticket) -> Place:
    """Return where a ticket is."""
    if ticket.state is TicketState.DISPATCHED and ticket.to_review:
        return Place.TO_REVIEW
    return Place(ticket.state.value)


class Need(StrEnum):
    """What a verb may need; each is a field of the form, or something that must be so."""

    NOTE = "note"
    DEPARTMENT = "department"
    DEADLINE = "deadline"  # one that is named, and to come
    WARNING = "warning"  # the written warning of a second dispatch (TKT-11)
    HANDLING = "handling"  # what was done, or what the customer was told (TKT-8)
    CAUSE = "cause"  # of a fault (TKT-8)
    RESTORED = "restored_at"  # when the line worked again, of a fault (TKT-8)
    SATISFACTION = "satisfaction"  # (TKT-8)
    HANDLER = "handler"  # who keeps the matter (TKT-8)
    CLERK = "clerk"  # to whom it is handed
    CLASS = "complaint_class"  # of a complaint (TKT-9)
    WAITING_ORDER = "order"  # an order that waits for a review
    FIRST = "first"  # the ticket that it is the same as
    ASKED_TIME = "asked_until"  # a department has asked for more time


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was typed into the form of a verb; what a verb does not need is not looked at."""

    note: str = ""
    department: str = ""
    deadline: datetime | None = None
    warning: str = ""
    handling: str = ""
    cause: str = ""
    restored_at: datetime | None = None
    satisfaction: Satisfaction | None = None
    complaint_class: ComplaintClass | None = None
    closing: str = ""
    """Of a close: how it ended, one of the house's closing codes."""
    clerk: str = ""
    """Account number of who keeps it from now on."""
    order: str = ""
    """Of a review: the number of the order; empty where only one waits."""
    first: str = ""
    """Of a merge: the number of the ticket that it goes into."""


NOTHING_GIVEN = Given()
