"""SIL-2: the caller goes on dialling after the connection. Does no I/O.

One key in the greeting is a choice made early; keys that follow each other are a number still
being dialled. We let the caller finish and say that the call is connected.
"""

from callflow.call import Barge, Call, Language

NEXT_KEY_WITHIN = 0.8
"""Seconds in which a second key tells dialling from choosing."""
DIALLED_OUT_AFTER = 1.5
"""Seconds without a key after which a number has been dialled."""
LONGEST_NUMBER = 32


async def still_dialling(call: Call, language: Language) -> bool:
    """Tell, after a first key, whether the caller was dialling; if so, say that we are there."""
    if await call.await_key(NEXT_KEY_WITHIN) is None:
        return False
    for _ in range(LONGEST_NUMBER):
        if await call.await_key(DIALLED_OUT_AFTER) is None:
            break
    call.note("still_dialling")
    await call.say("sil2", language=language, barge=Barge.NOTHING)
    return True
