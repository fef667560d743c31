"""SIL-4: the caller cannot hear us. Does no I/O; the dialplan has raised our volume before.

    “…请问现在您可以听清吗?”            listen 3 s
    “…请您先挂机,稍后我会回拨给您…”      and a call back within 3 minutes is promised
Whoever hides the number, or has none, is promised nothing and asked to dial again.
An answer, by voice or key, goes back to the agent, who hears whether it is a yes. The agent who
presses the key once more says that it was none: then there is no second question.
"""

from callflow.call import Barge, Call, Language, Life

LISTEN_FOR = 3.0
"""Seconds in which the caller may say that we are heard now."""


async def cannot_hear(
    call: Call, language: Language, *, asked_before: bool, numberless: bool
) -> Life | None:
    """Ask whether we are heard now; return the answer, or None when we have said goodbye.

    `numberless`: there is no number at which this caller could be called.
    """
    if not asked_before:
        call.note("cannot_hear", step=1)
        life = await call.say("sil4_ask", language=language, barge=Barge.KEY)
        life = life or await call.listen(LISTEN_FOR)
        if life:
            return life
    call.note("cannot_hear", step=2)
    goodbye = "sil4_redial" if numberless else "sil4_goodbye"
    await call.say(goodbye, language=language, barge=Barge.NOTHING)
    return None
