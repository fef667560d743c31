"""The name under which an event's call is known. Does no I/O.

Asterisk gives all channels of a bridge the oldest linkedid among them. A leader who goes from one
call to the next carries the first call's linkedid into the second: both would be taken for one.
Our dialplan writes the linkedid that a call began with into the account code of its first channel
(`TR_CALL`) and of whoever joins (`join`). What these dial inherits it; no bridge changes it.
"""

from collections.abc import Mapping


def linkedid_of(headers: Mapping[str, str]) -> str:
    """Return the linkedid that a channel's call began with. Raises KeyError: it has none."""
    now = headers["Linkedid"]
    return headers.get("AccountCode") or now
