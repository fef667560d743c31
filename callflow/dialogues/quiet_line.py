"""SIL-3: somebody speaks, but too low to work with. Does no I/O.

The caller is asked twice to speak up; still too quiet, we say goodbye and hang up (SIL-6 allows
it here). A key, or a voice that is loud enough, ends the sequence: the call goes on.
"""

from callflow.call import Barge, Call, Language, Pressed

ASKED = 2
LISTEN_FOR = 5.0
"""Seconds in which a caller who was asked to speak up may begin to."""
HEAR_OUT = 5.0
"""Longest piece of the caller's voice that is judged."""


async def quiet_line(call: Call, language: Language) -> bool:
    """Tell whether the caller can be heard in the end."""
    for step in range(1, ASKED + 1):
        call.note("quiet_line", step=step)
        call.forget_level()
        life = await call.say("sil3_louder", language=language, barge=Barge.KEY)
        life = life or await call.listen(LISTEN_FOR)
        if isinstance(life, Pressed):
            return True
        if life:
            await call.hear_out(HEAR_OUT)
            if call.heard_well():
                return True
    await call.say("sil3_goodbye", language=language, barge=Barge.NOTHING)
    return False
