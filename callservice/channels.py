"""What happens to a channel outside of its dialogue: holds, and keys that a SIP INFO tells.

A caller whose far side has put us on hold is neither silent nor gone: the line waits. The dialplan
is told by the variable HELD, for the places where no dialogue is under way (dialplan/message.conf).
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from ami.agent_events import Hold, Unhold
from ami.events import Event
from hep.sip import Message, key
from hep.wire import Copied
from line.line import Line

MOST_HELD: Final = 1000
"""Channels known to be on hold; a hang-up is not told of, the oldest are forgotten."""
VARIABLE: Final = "HELD"

Note = Callable[[str], None]


class Hand(Protocol):
    """The part of the AMI link that sets variables."""

    async def set_variable(self, channel: str, name: str, value: str) -> bool: ...


class Channels:
    """The lines of dialogues under way, by the name of the caller's channel."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._lines: dict[str, tuple[Line, Note]] = {}
        self._held: dict[str, None] = {}
        self._tasks: set[asyncio.Task[bool]] = set()

    @contextmanager
    def led(self, channel: str, line: Line, note: Note) -> Iterator[None]:
        """Hand holds and keys of a channel to its line until the block ends."""
        self._lines[channel] = line, note
        if channel in self._held:
            line.hold()
        try:
            yield
        finally:
            self._lines.pop(channel, None)

    def hear(self, event: Event) -> None:
        """Take an event of Asterisk."""
        match event:
            case Hold(channel=channel):
                self._put_on_hold(channel)
            case Unhold(channel=channel):
                self._taken_back(channel)

    async def forget_holds(self) -> None:
        """The link was away, and who came back meanwhile is not known: nobody waits for ever."""
        for channel in list(self._held):
            self._taken_back(channel)

    def see(self, message: Message, copied: Copied) -> None:
        """Take a copy of a SIP message."""
        if message.method == "INFO" and not message.status:
            found = self._lines.get(copied.about)
            if found and (digit := key(message)):
                found[0].informed(digit)

    def _put_on_hold(self, channel: str) -> None:
        if channel in self._held:
            return
        self._held[channel] = None
        while len(self._held) > MOST_HELD:
            self._held.pop(next(iter(self._held)))
        self._tell(channel, "1")
        if found := self._lines.get(channel):
            found[0].hold()
            found[1]("put_on_hold")

    def _taken_back(self, channel: str) -> None:
        if channel not in self._held:
            return
        self._held.pop(channel)
        self._tell(channel, "")
        if found := self._lines.get(channel):
            found[0].resume()
            found[1]("taken_back")

    def _tell(self, channel: str, value: str) -> None:
        task = asyncio.get_running_loop().create_task(
            self._hand.set_variable(channel, VARIABLE, value)
        )
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
