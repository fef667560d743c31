"""AMI actions of the floor: queue members, redirected callers, ringing phones.

Every action is held to a form, sent once and answered within the link's deadline. `UNKNOWN` means
that the link was lost meanwhile: only a look at Asterisk (`members`, `channels`) can tell then.
Callers are taken to the contexts on a list only, with the variables on a list.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ami import events
from ami.call_names import linkedid_of
from ami.connection import LinkLost
from ami.events import QueueState
from ami.filter import Unsendable
from ami.link import Link
from callflow.text import clean

NO_MEANING: Final = "D"
"""A key that no telephone has and no menu of ours knows."""

_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._;*#+/-]{1,120}")
_INTERFACE = re.compile(r"PJSIP/[A-Za-z0-9]{1,20}|Local/[a-z]{1,20}@nowhere")
_CUSTOM = re.compile(r"Custom:[a-z]{1,20}")
_LOCAL = re.compile(r"Local/[a-z]{1,20}@([a-z-]{1,40})/n")
_WORD = re.compile(r"[A-Za-z0-9_.*#+-]{1,80}")


class Outcome(StrEnum):
    """How an action ended."""

    DONE = "done"
    REFUSED = "refused"
    """Asterisk does not do it, or what was asked has not the form it must have."""
    UNKNOWN = "unknown"
    """The link was lost: perhaps done, perhaps not."""


@dataclass(frozen=True, slots=True)
class Channel:
    """One leg of a call as Asterisk has it now; `call` is our own id of the call, or empty."""

    name: str
    uniqueid: str
    linkedid: str
    application: str
    bridge: str
    call: str
    seconds: int


class Actions:
    """The checked actions on one link."""

    def __init__(self, link: Link, *, contexts: frozenset[str], variables: frozenset[str]) -> None:
        self._link = link
        self._contexts = contexts
        self._variables = variables

    async def add_member(self, queue: str, interface: str, *, name: str, paused: bool) -> Outcome:
        """Let a queue ring a phone; one that is there already stays as it is."""
        fields = {
            "Queue": queue,
            "Interface": interface,
            "MemberName": clean(name),
            "StateInterface": interface,
            "Paused": "true" if paused else "false",
        }
        return await self._do("QueueAdd", fields, valid=_is_member(queue, interface))

    async def keep_open(self, queue: str, interface: str, state: str) -> Outcome:
        """Give a queue a member who is always in use, known by a device state of our own."""
        in_use = {"Variable": f"DEVICE_STATE({state})", "Value": "INUSE"}
        valid = bool(_CUSTOM.fullmatch(state)) and _is_member(queue, interface)
        if (outcome := await self._do("Setvar", in_use, valid=valid)) is not Outcome.DONE:
            return outcome
        fields = {"Queue": queue, "Interface": interface, "StateInterface": state}
        return await self._do("QueueAdd", fields)

    async def remove_member(self, queue: str, interface: str) -> Outcome:
        """Let a queue ring a phone no more; a call under way goes on."""
        fields = {"Queue": queue, "Interface": interface}
        return await self._do("QueueRemove", fields, valid=_is_member(queue, interface))

    async def pause(self, interface: str, *, paused: bool, reason: str, queue: str = "") -> Outcome:
        """Pause or unpause a phone in one queue, or in all of its queues."""
        fields = {
            "Interface": interface,
            "Paused": "true" if paused else "false",
            "Reason": clean(reason),
            **({"Queue": queue} if queue else {}),
        }
        return await self._do("QueuePause", fields, valid=_is_member(queue or "any", interface))

    async def nudge(self, channel: str) -> Outcome:
        """Have a caller's channel hear a key that means nothing: who waits in a queue asks at once.

        Otherwise app_queue lets a waiting caller ask for a free phone once a second. Words that
        tell the caller the place in the queue end with it, as with any key.
        """
        fields = {"Channel": channel, "Digit": NO_MEANING, "Duration": "100", "Receive": "true"}
        return await self._do("PlayDTMF", fields, valid=bool(_CHANNEL.fullmatch(channel)))

    async def redirect(
        self, channel: str, context: str, exten: str = "s", *, variables: Mapping[str, str]
    ) -> Outcome:
        """Take a channel to an extension of a listed context; its other leg is let go."""
        named = set(variables) <= self._variables and all(
            _WORD.fullmatch(one) or _CHANNEL.fullmatch(one) for one in variables.values()
        )
        if not (named and context in self._contexts and _CHANNEL.fullmatch(channel)):
            return Outcome.REFUSED
        for key, value in variables.items():
            given = {"Channel": channel, "Variable": key, "Value": value}
            if (outcome := await self._do("Setvar", given)) is not Outcome.DONE:
                return outcome
        fields = {"Channel": channel, "Context": context, "Exten": exten, "Priority": "1"}
        return await self._do("Redirect", fields, valid=bool(_WORD.fullmatch(exten)))

    async def set_variable(self, channel: str, name: str, value: str) -> Outcome:
        """Set a listed variable of a channel to a word."""
        fields = {"Channel": channel, "Variable": name, "Value": value}
        words = bool(_CHANNEL.fullmatch(channel) and _WORD.fullmatch(value))
        return await self._do("Setvar", fields, valid=words and name in self._variables)

    async def mute_recording(self, channel: str, *, muted: bool) -> Outcome:
        """Have the recording of a channel hold silence on both sides, or sound again.

        Done for every recording on it; a channel that is not recorded is refused by nobody.
        """
        fields = {"Channel": channel, "Direction": "both", "State": "1" if muted else "0"}
        return await self._do("MixMonitorMute", fields, valid=bool(_CHANNEL.fullmatch(channel)))

    async def hang_up(self, channel: str) -> Outcome:
        """End one leg; who is in a bridge with it is told by that."""
        fields = {"Channel": channel}
        return await self._do("Hangup", fields, valid=bool(_CHANNEL.fullmatch(channel)))

    async def ring(
        self,
        interface: str,
        context: str,
        *,
        attempt: str,
        ring_for: float,
        variables: Mapping[str, str],
    ) -> Outcome:
        """Ring a phone, or an extension of a listed context, and take it to a listed context.

        `attempt` is our id of this ringing.
        """
        local = _LOCAL.fullmatch(interface)
        known = local[1] in self._contexts if local else _INTERFACE.fullmatch(interface)
        if not known or not set(variables) <= self._variables:
            return Outcome.REFUSED
        try:
            begun = await self._link.originate(
                channel=interface,
                context=context,
                exten="s",
                channel_id=attempt,
                ring_for=ring_for,
                variables=variables,
            )
        except LinkLost:
            return Outcome.UNKNOWN
        except Unsendable:
            return Outcome.REFUSED
        return Outcome.DONE if begun else Outcome.REFUSED

    async def state(self) -> QueueState:
        """Return all queues' members and callers. Raises LinkLost."""
        return events.queue_state((await self._link.ask("QueueStatus", rows=True)).rows)

    async def channels(self) -> tuple[Channel, ...]:
        """Return every channel there is; asked once after a (re)connect. Raises LinkLost."""
        rows = (await self._link.ask("Status", rows=True, Variables="CALL")).rows
        return tuple(_channel(row) for row in rows if row.get("Event") == "Status")

    async def _do(self, action: str, fields: Mapping[str, str], *, valid: bool = True) -> Outcome:
        if not valid:
            return Outcome.REFUSED
        try:
            answer = await self._link.ask(action, rows=False, **fields)
        except LinkLost:
            return Outcome.UNKNOWN
        except Unsendable:
            return Outcome.REFUSED
        # Already a member, or none already: what was asked for is so.
        so_already = answer.message.endswith(("Already there", "Not there"))
        return Outcome.DONE if answer.success or so_already else Outcome.REFUSED


def _is_member(queue: str, interface: str) -> bool:
    return bool(_WORD.fullmatch(queue) and _INTERFACE.fullmatch(interface))


def _channel(row: Mapping[str, str]) -> Channel:
    return Channel(
        name=row.get("Channel", ""),
        uniqueid=row.get("Uniqueid", ""),
        linkedid=linkedid_of({"Linkedid": "", **row}),
        application=row.get("Application", ""),
        bridge=row.get("BridgeID", ""),
        # A channel without the variable, such as an agent who asks a colleague, says `(null)`.
        call=row.get("Variable", "").partition("=")[2].replace("(null)", ""),
        seconds=int(row.get("Seconds") or 0),
    )
