"""Input of changes of an emergency notification, from a form or a program (CBK-5)."""

from collections.abc import Mapping
from typing import Annotated, Final, Self

from pydantic import AfterValidator, Base64Bytes, Field, model_validator

from callflow.call import Language
from features.customers.queries import CustomerSort
from web.api_models import InputModel, Line, Moment, one_line, several_lines
from web.forms import Says, wrong

LONGEST_LIST: Final = 1_000_000
"""Characters of a list."""
LONGEST_FILE: Final = 2 * 1024 * 1024
"""Characters of a file in base64."""
WHY_NOT: Final[Mapping[str, str]] = {
    "begun": "This notification has begun already.",
    "voice": "The message cannot be heard yet; wait until `voice` is `ready`.",
    "nobody": "Nobody is chosen yet.",
    "count": "Others are chosen by now; look again, and confirm the number of households.",
}
"""Why a notification cannot begin, or be changed."""

SpokenText = Annotated[
    str,
    Field(max_length=500),
    AfterValidator(several_lines),
    Field(min_length=1),
    Says("emergency.fault_message"),
]


class IncidentInput(InputModel):
    """An incident as it is reported, and what is said about it."""

    what: Annotated[
        str,
        Field(max_length=200),
        AfterValidator(one_line),
        Field(min_length=1),
        Says("emergency.fault_what"),
    ] = Field(examples=["燃气泄漏"])
    place: Annotated[str, Field(max_length=200), AfterValidator(one_line)] = ""
    happened_at: Annotated[Moment, Says("emergency.fault_when")]
    reporter: Annotated[
        str,
        Field(max_length=120),
        AfterValidator(one_line),
        Field(min_length=1),
        Says("emergency.fault_reporter"),
    ] = Field(description="Who reports it, and how to reach them.")
    details: Annotated[str, Field(max_length=4000), AfterValidator(several_lines)] = ""
    language: Annotated[Language, Says("emergency.fault_language")] = Language.CHINESE
    message: SpokenText = Field(description="What is spoken; digits are said one by one.")


class MessageInput(InputModel):
    """Other words for the message, upon the take that was read."""

    message: SpokenText
    take: int = Field(
        ge=1,
        le=10**6,
        description="`take` of the incident that was read; another one by now: 409.",
    )


class CustomersInput(InputModel):
    """Which customers; at least one of the two."""

    area: Line = Field("", description="A piece of the area's name.")
    sort: Annotated[CustomerSort | None, Says("emergency.fault_sort")] = None

    @model_validator(mode="after")
    def _says_whom(self) -> Self:
        if not self.area and self.sort is None:
            said = "Name an area or a sort of customers."
            raise wrong("area", "emergency.fault_area", said)
        return self


class ListInput(InputModel):
    """A list: a household a line, `name,area,number;number`; or a file of it."""

    text: Annotated[str, Field(max_length=LONGEST_LIST), Says("emergency.fault_list")] = ""
    file: Annotated[Base64Bytes, Field(max_length=LONGEST_FILE), Says("emergency.fault_list")] = (
        Field(b"", description="CSV or XLSX in base64, instead of `text`.")
    )
    without_bad: bool = Field(False, description="Leave bad lines out instead of taking none.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.file:
            raise wrong("text", "emergency.fault_list", "The list is empty.")
        return self


class StartInput(InputModel):
    """The confirmation."""

    count: Annotated[int, Field(ge=1, le=2**31 - 1), Says("emergency.cannot_count")] = Field(
        description="How many households are chosen: all are counted."
    )
