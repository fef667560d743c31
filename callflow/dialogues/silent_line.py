"""SIL-1: the line is connected and nothing is heard. Does no I/O.

    ① “您的电话已接通,请讲话。”            listen 3 s
    ② “…请问您能听见我的声音吗?”           listen 3 s
    ③ “…请您换一部电话再拨…再见!”          pause 2 s, and only then we hang up
Voice or a key at any moment, during the words too, ends the sequence: the call goes on.
In the last pause all that was heard since ① is heard once more, by another detector: a voice that
was missed is a sign of life, too late but before the hang-up.
"""

from callflow.call import Barge, Call, Language, Life

LISTEN_FOR = 3.0
"""Seconds of listening after the first and the second prompt."""
PAUSE_BEFORE_HANGUP = 2.0
"""Seconds between the last word and the hang-up."""

STEPS = (
    ("sil1_first", LISTEN_FOR),
    ("sil1_second", LISTEN_FOR),
    ("sil1_third", PAUSE_BEFORE_HANGUP),
)


async def silent_line(call: Call, language: Language) -> Life | None:
    """Ask for a sign of life; return it, or None when all three prompts were said in vain."""
    call.keep()
    try:
        return await _asked(call, language)
    finally:
        call.let_go()


async def _asked(call: Call, language: Language) -> Life | None:
    for step, (prompt, seconds) in enumerate(STEPS, start=1):
        call.note("silent_line", step=step)
        listen = call.listen_again if step == len(STEPS) else call.listen
        life = await call.say(prompt, language=language, barge=Barge.LIFE)
        life = life or await listen(seconds)
        if life:
            return life
    return None
