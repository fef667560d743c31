"""SIL-5: the business is done and the caller stays on the line. Does no I/O.

    “请问您还有什么问题吗?”                         wait 3 s
    “您好,请问还有其它问题吗,如果没有请挂机。”         wait 3 s; then, and only then, we hang up
Voice or a key at any moment, during the words too, ends the sequence: back to the agent.
"""

from callflow.call import Barge, Call, Language, Life

WAIT_FOR = 3.0
"""Seconds of waiting after each question."""

STEPS = ("sil5_first", "sil5_second")


async def stays_on(call: Call, language: Language) -> Life | None:
    """Ask twice; return the first sign of life, or None when there was none."""
    for step, prompt in enumerate(STEPS, start=1):
        call.note("stays_on", step=step)
        life = await call.say(prompt, language=language, barge=Barge.LIFE)
        life = life or await call.listen(WAIT_FOR)
        if life:
            return life
    return None
