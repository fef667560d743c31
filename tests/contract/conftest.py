"""The small real Asterisk that the contract tests share."""

from collections.abc import Iterator

import pytest

from tests.contract.small_asterisk import SmallAsterisk, running

DIALPLAN = """
[callers]
exten => wait,1,Answer()
 same => n,Wait(60)
exten => stays,1,Answer()
 same => n,Wait(60)
exten => leaves,1,Answer()
 same => n,Wait(1.5)
 same => n,Hangup()

[service]
exten => visit,1,Answer()
 same => n,AGI(${SERVICE}/hotline?call=11111111-2222-3333-4444-555555555555)
 same => n,Hangup()
"""


@pytest.fixture(scope="session")
def small_asterisk() -> Iterator[SmallAsterisk]:
    with running(DIALPLAN) as asterisk:
        yield asterisk
