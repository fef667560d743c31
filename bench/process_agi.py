"""The comparison's call by a process of its own: Asterisk starts this with pyst2 for each."""

import contextlib

from asterisk.agi import AGI, AGIException

with contextlib.suppress(AGIException, SystemExit):
    call = AGI()
    call.answer()
    call.wait_for_digit(60_000)
