"""The words of letters that the house sends by itself. Does no I/O."""

from typing import Final

_SUBJECTS: Final = {
    "zh": "您的来信已收到，工单号 {number}",
    "en": "We have received your letter, ticket {number}",
}
_BODIES: Final = {
    "zh": """您好！

您的来信已收到并登记，工单号：{number}。我们会尽快处理，并把结果告诉您。

如需补充，请直接回复这封邮件。

{company}

（此邮件由系统自动发送）""",
    "en": """Good day,

we have received your letter and registered it as ticket {number}. We will look into it
and tell you the result.

To add something, just answer this e-mail.

{company}

(This e-mail was sent automatically.)""",
}

_AUTOMATIC: Final = {
    "zh": "（此邮件由系统自动发送）",
    "en": "(This e-mail was sent automatically.)",
}


def acknowledgement_text(
    language: str, *, company: str, number: str, edited: str = ""
) -> tuple[str, str]:
    """Return subject and body of the answer that says that a letter came, and its number.

    `edited` are the words of the house, filled in; empty: ours.
    """
    known = language if language in _BODIES else "zh"
    if edited:
        body = f"{edited}\n\n{company}\n\n{_AUTOMATIC[known]}"
        return _SUBJECTS[known].format(number=number), body
    return (
        _SUBJECTS[known].format(number=number),
        _BODIES[known].format(number=number, company=company),
    )
