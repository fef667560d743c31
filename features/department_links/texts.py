"""The words of the letters that bring a department its orders (TKT-3, TKT-5). Does no I/O.

They say nothing of the customer: letters lie in many mailboxes, and the page behind the link shows
what a department may see. What the house has edited at `/ticket-classes` goes before the built-in
words; a letter that brings a link has it in any case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from features.ticket_classes.texts import CHASED, DISPATCHED, filled, with_link
from features.ticket_life.orders import OrderKind

_SUBJECTS: Final = {
    OrderKind.DISPATCH: {
        "zh": "派单 {order}，{department}",
        "en": "Order {order}, {department}",
    },
    OrderKind.CHASE: {
        "zh": "追单 {number}：派单 {order}，{department}",
        "en": "Chase {number}: order {order}, {department}",
    },
    OrderKind.REMIND: {
        "zh": "催单 {number}：派单 {order}，{department}",
        "en": "Reminder {number}: order {order}, {department}",
    },
    OrderKind.RETURN: {
        "zh": "退单 {number}：派单 {order} 已撤回，{department}",
        "en": "Withdrawn by {number}: order {order}, {department}",
    },
}
_URGENT: Final = {"zh": "【加急】{subject}", "en": "URGENT: {subject}"}
_DISPATCH: Final = {
    "zh": """{department}：

有一张派单请你部门处理，单号：{order}。
处理期限：{due}

打开下面的链接可以查看内容、接单、答复、申请延期或退回，不需要账号：

{link}

链接在 {ends} 以前有效；工单离开你部门，或者发出新的链接以后，旧链接作废。
有这个链接的人都能代表你部门答复，请不要转发到部门以外。

{company}

（此邮件由系统自动发送）""",
    "en": """To {department},

there is an order for your department: {order}.
To be handled by: {due}

Open this link to read it, take the work, answer, ask for more time or send it back. It needs
no account:

{link}

The link is good until {ends}. It ends sooner when the ticket leaves your department, or when
a newer link is sent. Whoever has it can answer for your department: do not pass it on.

{company}

(This e-mail was sent automatically.)""",
}
_CHASE: Final = {
    "zh": """{department}：

派单 {order} 有追单，期限或内容可能有变化，请查看后尽快处理。
处理期限：{due}

打开下面的链接可以查看和答复，不需要账号：

{link}

链接在 {ends} 以前有效，请不要转发到部门以外。

{company}

（此邮件由系统自动发送）""",
    "en": """To {department},

order {order} is chased: its deadline or its task may have changed. Please read it, and settle it.
To be handled by: {due}

This link shows it, and takes your answer. It needs no account:

{link}

The link is good until {ends}. Do not pass it on.

{company}

(This e-mail was sent automatically.)""",
}
_REMIND: Final = {
    "zh": """{department}：

派单 {order} 还没有处理完，请尽快处理。
处理期限：{due}

打开下面的链接可以查看和答复，不需要账号：

{link}

链接在 {ends} 以前有效，请不要转发到部门以外。

{company}

（此邮件由系统自动发送）""",
    "en": """To {department},

order {order} is not handled yet. Please settle it.
To be handled by: {due}

This link shows it, and takes your answer. It needs no account:

{link}

The link is good until {ends}. Do not pass it on.

{company}

(This e-mail was sent automatically.)""",
}
_RETURN: Final = {
    "zh": """{department}：

派单 {order} 已撤回，你部门不用再处理。以前发出的链接已经作废。

{company}

（此邮件由系统自动发送）""",
    "en": """To {department},

order {order} is withdrawn: there is nothing left for your department to do. Its links have ended.

{company}

(This e-mail was sent automatically.)""",
}
_BODIES: Final = {
    OrderKind.DISPATCH: _DISPATCH,
    OrderKind.CHASE: _CHASE,
    OrderKind.REMIND: _REMIND,
    OrderKind.RETURN: _RETURN,
}
_NO_DEADLINE: Final = {"zh": "按规定", "en": "as usual"}
_ALIKE: Final[Mapping[OrderKind, OrderKind]] = MappingProxyType(
    {OrderKind.SECOND: OrderKind.DISPATCH}
)
"""Orders whose letter is that of another kind."""
EDITED_AS: Final[Mapping[OrderKind, str]] = MappingProxyType(
    {
        OrderKind.DISPATCH: DISPATCHED,
        OrderKind.SECOND: DISPATCHED,
        OrderKind.CHASE: CHASED,
        OrderKind.REMIND: CHASED,
    }
)
"""Which edited text goes before the built-in words; of others none does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the letter says."""

    kind: OrderKind
    number: str
    """Of the order that the letter is about."""
    order: str
    """Of the order by which the department has the work."""
    ticket: str
    department: str
    due: str
    """On the house's clock; empty: none is named."""
    urgent: bool
    link: str
    """Empty: there is none in it."""
    ends: str
    company: str


def letter_text(language: str, said: Said, edited: str = "") -> tuple[str, str]:
    """Return subject and body of a letter; `edited` is what the house says instead of our words."""
    known = language if language in _URGENT else "zh"
    kind = _ALIKE.get(said.kind, said.kind)
    gaps = {
        "number": said.number,
        "order": said.order,
        "ticket": said.ticket,
        "department": said.department,
        "due": said.due or _NO_DEADLINE[known],
        "link": said.link,
        "ends": said.ends,
        "company": said.company,
    }
    subject = filled(_SUBJECTS[kind][known], gaps)
    body = with_link(edited) if edited.strip() else _BODIES[kind][known]
    # what was edited before may ask for the customer's words: they stay in the house
    body = filled(body, gaps | {"body": "", "answer": ""})
    return _URGENT[known].format(subject=subject) if said.urgent else subject, body
