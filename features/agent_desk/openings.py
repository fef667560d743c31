"""Opening and closing words shown on the agent's page (GRT-1, 3, 4).

Does no I/O.
"""

from callflow.call import Language


def opening(company: str, number: str, language: Language) -> str:
    """Return the hall variant of GRT-1, with the account number (工号) that is said to callers."""
    if language is Language.ENGLISH:
        return f"Hello, this is {company}, agent {number}. How may I help you?"
    return f"您好,{company},{number}为您服务。"


def calling_back(company: str, number: str, name: str, language: Language) -> str:
    """Return the opening of a call out (GRT-3); `name` may be empty."""
    if language is Language.ENGLISH:
        asked = f", may I speak to {name}?" if name else "."
        return f"Hello, this is agent {number} of {company}'s customer service{asked}"
    asked = f",请问您是{name}先生/女士吗?" if name else "。"
    return f"您好!我是{company}客服中心{number}号{asked}"


def no_answer_yet(language: Language) -> str:
    """Return what is said when nothing was found for a customer who was promised a call (CBK-1)."""
    if language is Language.ENGLISH:
        return "There is no result yet on what you asked us. I will call you again soon."
    return "您刚才咨询的问题现在还没有结果,我会尽快给您回复。"


def closing(language: Language) -> str:
    """Return the closing words of a working day (GRT-4)."""
    return (
        "Thank you for calling. Goodbye!" if language is Language.ENGLISH else "感谢您的来电,再见!"
    )
