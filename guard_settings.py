"""What the settings of the guard against toll fraud may be; `settings.py` names them."""

from collections.abc import Callable
from typing import Annotated, Any, Final

from pydantic import AfterValidator, Field

import setting_values as values
from phone_numbers import dialling
from phone_numbers.plan import DialForm

MOST_CALLS: Final = 100_000


def _readable(read: Callable[[str], Any]) -> Callable[[str], str]:
    """Return a check that refuses what `read` cannot read, with its sentence."""

    def checked(text: str) -> str:
        read(text)
        return text

    return checked


Region = Annotated[
    str,
    AfterValidator(values.region),
    Field(
        description="The house's country, two letters: whose telephone numbers are domestic, and "
        "whose public holidays are kept (GRT-2).",
    ),
]
EmergencyNumbers = Annotated[
    str,
    AfterValidator(values.each(values.plain)),
    Field(
        pattern=r"^$|^[0-9]{2,6}(,[0-9]{2,6})*$",
        description="Emergency numbers (comma between them): the system never calls them, and "
        "every phone of the house may dial them.",
    ),
]
DialAllowed = Annotated[
    str,
    AfterValidator(_readable(dialling.read_allowed)),
    Field(
        description="What the system may call (comma between them): `house` (own phones), "
        "`extensions` (of your PBX), `home` (ordinary domestic numbers), `short` (short codes of "
        "the public network), a prefix like `+852`, `premium:+44909`; each may have hours, "
        "`home@08:00-21:00`. The longest prefix decides. All else is refused.",
    ),
]
DialExtensions = Annotated[
    str,
    AfterValidator(values.each(values.plain)),
    Field(
        pattern=r"^$|^[0-9x]{1,6}(,[0-9x]{1,6})*$",
        description="The short numbers of your PBX (comma between them), x for any digit: "
        "`2xxx,8xxx,12xxx`. Empty: all with up to 6 digits, but no short codes of the public "
        "network.",
    ),
]
DialOutside = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{0,4}$",
        description="Digits that your PBX needs before a number of the public network, like 9; "
        "they are dialled before each.",
    ),
]
DialEmergencyOutside = Annotated[
    bool,
    Field(
        description="Whether your PBX wants the same digits before emergency numbers that people "
        "dial. Mostly not: 110 goes out as 110.",
    ),
]
TrunkForm = Annotated[
    DialForm,
    Field(
        description="How your trunk wants numbers of the public network: `national` (as they are "
        "dialled at home), `+` (+8613800138000), `00` (008613800138000).",
    ),
]
DialTrunkPrefix = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{0,4}$",
        description="Digits before every domestic number in the national form, like 0 for "
        "013800138000; empty: as the country writes its numbers.",
    ),
]
DialPerNumber = Annotated[
    int,
    Field(
        ge=0,
        le=MOST_CALLS,
        description="How often the system may call one number of the public network in an hour; "
        "0: no limit.",
    ),
]
DialPerDay = Annotated[
    int, Field(ge=0, le=MOST_CALLS, description="The same in 24 hours; 0: no limit.")
]
DialPerMinute = Annotated[
    int,
    Field(
        ge=0,
        le=MOST_CALLS,
        description="How many calls to the public network the system may make in a minute, in "
        "total; 0: no limit.",
    ),
]
DialTariffs = Annotated[
    str,
    AfterValidator(_readable(dialling.read_tariffs)),
    Field(
        description="What a minute costs, by prefix (comma between them): `+86=0.10,+852=0.45,+=2`;"
        " the longest prefix decides, `+` is everywhere else."
    ),
]
DialSpend = Annotated[
    float,
    Field(
        ge=0,
        le=1_000_000,
        description="The most that calls of the system may cost a day, by these prices; after that "
        "nobody outside is called until midnight. 0: no limit.",
    ),
]
