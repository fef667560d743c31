"""WAK-3: an attendant is asked to go to a room and knock. Does no I/O.

“room 8 2 1 5 does not answer the wake-up call; press 1 when you go there, 2 when the guest is
awake”                                                listen 5 s; all of it again
"""

from callflow.call import Barge, Call, HangUp, Language, LineOutcome

LISTEN_FOR = 5.0
ROUNDS = 3
GOES, IS_AWAKE = "1", "2"


async def please_knock(call: Call, room: str, language: Language) -> HangUp:
    """Ask an attendant; what the attendant says is noted the moment it is known."""
    for _ in range(ROUNDS):
        words = ("attend_room", *_spelled(room), "attend_press")
        key = await call.say(*words, language=language, barge=Barge.KEY)
        key = key or await call.await_key(LISTEN_FOR)
        if key and getattr(key, "digit", "") in {GOES, IS_AWAKE}:
            going = key.digit == GOES  # type: ignore[union-attr]
            call.note("accepted" if going else "reported", by="key")
            await call.say("attend_thanks", language=language, barge=Barge.NOTHING)
            return HangUp(LineOutcome.ALIVE, language)
    return HangUp(LineOutcome.SILENT, language)


def _spelled(room: str) -> tuple[str, ...]:
    """Return the digits of a room's number as prompts; letters are left out."""
    return tuple(f"number_{digit}" for digit in room if digit.isdecimal() and digit.isascii())
