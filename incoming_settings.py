"""What the settings of calls that come in may be; `settings.py` names them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

import setting_values as values

_CODEC = "alaw|ulaw|g722|opus|gsm|g726"
"""Those that Asterisk can make of each other: callers hear prompts, and are recorded."""
_NUMBER = r"\+?[0-9]{2,20}"

SipTrunks = Annotated[
    str,
    AfterValidator(values.each(values.network)),
    Field(
        description="Addresses or networks (comma between them) whose calls come from the trunk.",
    ),
]
SipIdentity = Annotated[
    bool,
    Field(
        description="Whether the trunk is believed who calls (P-Asserted-Identity, "
        "Remote-Party-ID); else From alone says it.",
    ),
]
CodecsTrunk = Annotated[
    str,
    AfterValidator(values.each(values.plain)),
    Field(
        pattern=rf"^({_CODEC})(,({_CODEC}))*$",
        description="Codecs that are taken from the trunk, the best first (comma between them).",
    ),
]
CodecsPhones = Annotated[
    str,
    AfterValidator(values.each(values.plain)),
    Field(
        pattern=rf"^({_CODEC}|g729)(,({_CODEC}|g729))*$",
        description="The same for phones of the house. g729 is only passed on between two phones; "
        "one that has nothing else cannot talk with callers.",
    ),
]
MediaTimeout = Annotated[
    int,
    Field(
        ge=10,
        le=3600,
        description="Seconds without any audio from the trunk after which a call counts as lost.",
    ),
]
HoldTimeout = Annotated[
    int,
    Field(ge=60, le=36_000, description="The same while the far side has put us on hold."),
]
PhoneTimeout = Annotated[
    int,
    Field(
        ge=10,
        le=3600,
        description="The same for phones of the house and browsers: the caller of an agent whose "
        "phone is lost goes back to the front of the queue.",
    ),
]
HotlineNumber = Annotated[
    str, Field(pattern=rf"^{_NUMBER}$", description="The number that callers dial.")
]
CalledNumbers = Annotated[
    str,
    AfterValidator(values.each(values.plain)),
    Field(
        pattern=rf"^$|^{_NUMBER}(,{_NUMBER})*$",
        description="Other numbers of the hotline (comma between them); each is known in every "
        "form that a trunk may send.",
    ),
]
CalledOthers = Annotated[
    Literal["refuse", "answer"],
    Field(
        description="What a call from the trunk for a number that is not ours gets: a 404, or the "
        "hotline. A name instead of a number (an account) always gets the hotline.",
    ),
]
Holidays = Annotated[
    str,
    AfterValidator(values.days),
    Field(
        description="Local changes to the holidays: 2027-02-05 or +2027-02-05 adds one, "
        "-2027-02-05 takes one away (a working day).",
    ),
]
OpenHours = Annotated[
    str,
    AfterValidator(values.hours),
    Field(
        description="Hours in which agents are offered; outside callers leave a message (QUE-5).",
    ),
]
HolidayHours = Annotated[
    str,
    AfterValidator(values.holiday_hours),
    Field(
        description="The same on public holidays: closed, other hours, or empty for no difference.",
    ),
]
