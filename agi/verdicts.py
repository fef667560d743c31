"""Tells the dialplan a verdict: as channel variables, VERDICT_DONE last.

Only VERDICT_DONE proves that the dialogue came to its end: AGISTATUS says SUCCESS even when the
server died in the middle (ANS-3).
"""

from agi.session import Session
from callflow.call import Callback, Connect, HangUp, Return, TakeMessage, Verdict


async def tell(session: Session, verdict: Verdict) -> None:
    """Set the variables that the dialplan's verdict steps read. Raises LinkLost."""
    for name, value in variables(verdict).items():
        await session.set_variable(name, value)
    await session.set_variable("VERDICT_DONE", "1")


def variables(verdict: Verdict) -> dict[str, str]:
    """Return every variable of a verdict but VERDICT_DONE; what does not apply is empty."""
    match verdict:
        case Connect(queue, topic, language):
            return _named("connect", queue=queue, topic=topic, language=language)
        case TakeMessage(reason, topic, language):
            return _named("message", reason=reason, topic=topic, language=language)
        case HangUp(outcome, language):
            return _named("hangup", reason=outcome, language=language)
        case Return(language):
            return _named("back", language=language)
        case Callback(kind, language):
            return _named("callback", reason=kind, language=language)


def _named(
    kind: str, *, language: str, queue: str = "", topic: str = "", reason: str = ""
) -> dict[str, str]:
    return {
        "VERDICT": kind,
        "VERDICT_QUEUE": str(queue),
        "VERDICT_TOPIC": str(topic),
        "VERDICT_LANGUAGE": str(language),
        "VERDICT_REASON": str(reason),
    }
