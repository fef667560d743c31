"""CBK-5, GRT-3: somebody is told of an emergency, and acknowledges. Does no I/O.

    “this is 三环通信 with an urgent notice”  the message  “press 1 if you have heard it”
                                                          listen 5 s; all of it again
Only key 1 counts, and not before the message was said once: a lifted receiver proves nothing.
Any other key says the message again at once.
"""

from typing import Final

from callflow.call import Barge, Call, HangUp, Language, LineOutcome, Pressed

LISTEN_FOR: Final = 5.0
"""Seconds after the question."""
ROUNDS: Final = 3
ACKNOWLEDGE: Final = "1"
MESSAGE: Final = "notice_message"
"""The prompt that is the notice's own message."""


async def notify(call: Call, language: Language) -> HangUp:
    """Say the message until it is acknowledged; that is noted the moment it is known."""
    for again in range(ROUNDS):
        key = await _say(call, language, Barge.KEY if again else Barge.NOTHING)
        if key is not None and key.digit == ACKNOWLEDGE:
            call.note("acknowledged", by="key")
            await call.say("notify_thanks", language=language, barge=Barge.NOTHING)
            return HangUp(LineOutcome.ALIVE, language)
    return HangUp(LineOutcome.SILENT, language)


async def _say(call: Call, language: Language, barge: Barge) -> Pressed | None:
    """Say all of it once; return the key that came."""
    life = await call.say("notify_opening", MESSAGE, language=language, barge=barge)
    life = life or await call.say("notify_press", language=language, barge=Barge.KEY)
    return life if isinstance(life, Pressed) else await call.await_key(LISTEN_FOR)
