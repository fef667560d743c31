"""The words of the letter that brings a department its order. Does no I/O.

It says nothing of the customer: letters lie in many mailboxes, and the page behind the link shows
what a department may see.
"""

from dataclasses import dataclass
from typing import Final

_SUBJECTS: Final = {"zh": "派单 {order}，{department}", "en": "Order {order}, {department}"}
_URGENT: Final = {"zh": "【加急】{subject}", "en": "URGENT: {subject}"}
_BODIES: Final = {
    "zh": """{department}：

有一张派单请你部门处理，单号：{order}。
处理期限：{deadline}

打开下面的链接可以查看内容、接单、答复、申请延期或退回，不需要账号：

{link}

链接在 {ends} 以前有效；工单离开你部门，或者发出新的链接以后，旧链接作废。
有这个链接的人都能代表你部门答复，请不要转发到部门以外。

{company}

（此邮件由系统自动发送）""",
    "en": """To {department},

there is an order for your department: {order}.
To be handled by: {deadline}

Open this link to read it, take the work, answer, ask for more time or send it back. It needs
no account:

{link}

The link is good until {ends}. It ends sooner when the ticket leaves your department, or when
a newer link is sent. Whoever has it can answer for your department: do not pass it on.

{company}

(This e-mail was sent automatically.)""",
}
_NO_DEADLINE: Final = {"zh": "按规定", "en": "as usual"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the letter says."""

    order: str
    department: str
    deadline: str
    """On the house's clock; empty: none is named."""
    urgent: bool
    link: str
    ends: str
    company: str


def letter_text(language: str, said: Said) -> tuple[str, str]:
    """Return subject and body of the letter with a link."""
    known = language if language in _BODIES else "zh"
    subject = _SUBJECTS[known].format(order=said.order, department=said.department)
    body = _BODIES[known].format(
        order=said.order,
        department=said.department,
        deadline=said.deadline or _NO_DEADLINE[known],
        link=said.link,
        ends=said.ends,
        company=said.company,
    )
    return _URGENT[known].format(subject=subject) if said.urgent else subject, body
