"""WAK-3: an attendant is asked to go to rooms and knock. Does no I/O.

One room:
“a guest does not answer; please go and knock at room 8 2 1 5; press 1 when you go there, 2 when the
guest is awake”                                        listen 5 s; all of it again
Several:
“three guests do not answer; after each room, press 1 when you go there, 2 when the guest is awake;
press 3 to go to all of them”
“room 8 2 1 5”                                         listen 4 s
“room A 1 0 1”                                         listen 4 s; those without a key again
A key that comes while the next room's number has not begun is about the room before.
"""

from collections.abc import Sequence

from callflow.call import Barge, Call, HangUp, Language, LineOutcome, Pressed
from callflow.rules.spoken_room import spoken_room
from callflow.rules.spoken_time import number

LISTEN_FOR = 5.0
LISTEN_BETWEEN = 4.0
"""Seconds after the number of one room of several."""
ROUNDS = 3
GOES, IS_AWAKE, ALL = "1", "2", "3"


async def please_knock(call: Call, rooms: Sequence[str], language: Language) -> HangUp:
    """Ask an attendant; what the attendant says of each room is noted the moment it is known.

    A room is named in the journal by its place among `rooms`, from 1.
    """
    asking = _Asking(call, rooms, language)
    if len(rooms) == 1:
        await asking.of_the_only_one()
    else:
        await asking.of_several()
    if not asking.is_heard:
        return HangUp(LineOutcome.SILENT, language)
    await call.say("attend_thanks", language=language, barge=Barge.NOTHING)
    return HangUp(LineOutcome.ALIVE, language)


class _Asking:
    """One call: which rooms are without an answer."""

    def __init__(self, call: Call, rooms: Sequence[str], language: Language) -> None:
        self._call, self._rooms, self._language = call, rooms, language
        self._left = list(range(1, len(rooms) + 1))
        self._announced: set[int] = set()
        self._before = 0  # the room that was named last
        self.is_heard = False

    async def of_the_only_one(self) -> None:
        for _ in range(ROUNDS):
            words = ("attend_room", *spoken_room(self._rooms[0]))
            key = await self._say(*words)
            self._has_heard(1)
            key = key or await self._say("attend_press") or await self._key(LISTEN_FOR)
            if key in {GOES, IS_AWAKE}:
                self._answered(1, key)
                return

    async def of_several(self) -> None:
        count = len(self._rooms)
        words = ("attend_rooms", *number(count), "attend_rooms_end", "attend_press_each")
        before = await self._say(*words)
        if before == ALL:
            self._all()
        for _ in range(ROUNDS):
            for place in tuple(self._left):
                await self._tell(place)
            if not self._left or not self.is_heard:
                return

    async def _tell(self, place: int) -> None:
        """Name a room and take the key for it; a late one is about the room before."""
        if place not in self._left:
            return
        late = await self._say("attend_next_room")
        if late:
            self._answered(self._before, late)
        if place not in self._left:
            return
        key = await self._say(*spoken_room(self._rooms[place - 1]))
        self._has_heard(place)
        self._before = place
        key = key or await self._key(LISTEN_BETWEEN)
        if key:
            self._answered(place, key)
            if key in {GOES, IS_AWAKE} and self._left:
                await self._call.say("attend_noted", language=self._language, barge=Barge.NOTHING)

    def _answered(self, place: int, key: str) -> None:
        if key == ALL:
            self._all()
        elif key in {GOES, IS_AWAKE} and place in self._left:
            self._left.remove(place)
            self.is_heard = True
            what = "accepted" if key == GOES else "reported"
            self._call.note(what, by="key", room=str(place))

    def _all(self) -> None:
        for place in tuple(self._left):
            self._answered(place, GOES)

    def _has_heard(self, place: int) -> None:
        if place not in self._announced:
            self._announced.add(place)
            self._call.note("announced", room=str(place))

    async def _say(self, *words: str) -> str:
        """Speak; return the key that cut it short, empty for none."""
        return _digit(await self._call.say(*words, language=self._language, barge=Barge.KEY))

    async def _key(self, seconds: float) -> str:
        return _digit(await self._call.await_key(seconds))


def _digit(sign: object) -> str:
    return sign.digit if isinstance(sign, Pressed) else ""
