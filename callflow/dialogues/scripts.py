"""The script keys: the agent presses one, is free again, and we speak to the caller meanwhile.

SIL-1, SIL-3, SIL-4, SIL-5. Does no I/O. Whoever gives a sign of life goes back to the same agent;
only a script that was said to its end hangs up (SIL-6).
"""

from enum import StrEnum

from callflow.call import (
    Call,
    Callback,
    CallbackReason,
    HangUp,
    Language,
    Life,
    LineOutcome,
    Return,
    Spoke,
    Verdict,
)
from callflow.dialogues.cannot_hear import cannot_hear
from callflow.dialogues.quiet_line import quiet_line
from callflow.dialogues.silent_line import silent_line
from callflow.dialogues.stays_on import stays_on

HEAR_OUT = 2.0
"""Longest piece of voice that is let finish before the caller hears who takes over."""


class Script(StrEnum):
    """A script key; the value is the name in the dialplan's visit."""

    SILENT = "silent"  # SIL-1
    QUIET = "quiet"  # SIL-3
    CANNOT_HEAR = "cannot_hear"  # SIL-4
    STAYS_ON = "stays_on"  # SIL-5


async def spoken(
    call: Call, script: Script, language: Language, *, again: bool, numberless: bool = False
) -> Verdict:
    """Say a script; `again`: the agent has pressed this key in this call before.

    `numberless`: there is no number at which this caller could be called back.
    """
    match script:
        case Script.SILENT:
            life = await silent_line(call, language)
            return await _back(call, life, language) or HangUp(LineOutcome.SILENT, language)
        case Script.QUIET:
            heard = await quiet_line(call, language)
            return Return(language) if heard else HangUp(LineOutcome.TOO_QUIET, language)
        case Script.CANNOT_HEAR:
            life = await cannot_hear(call, language, asked_before=again, numberless=numberless)
            if back := await _back(call, life, language):
                return back
            if numberless:
                return HangUp(LineOutcome.CANNOT_HEAR, language)
            return Callback(CallbackReason.CANNOT_HEAR, language)
        case Script.STAYS_ON:
            life = await stays_on(call, language)
            return await _back(call, life, language) or HangUp(LineOutcome.STAYED_ON, language)


async def _back(call: Call, life: Life | None, language: Language) -> Verdict | None:
    """Return the way back to the agent for a sign of life, None without one."""
    if life is None:
        return None
    if isinstance(life, Spoke):
        await call.hear_out(HEAR_OUT)
    return Return(language)
