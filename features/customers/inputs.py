"""What a save of a customer brings, for the page, the agent's screen pop and the API."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from features.customers.queries import CustomerSort
from web.api_models import InputModel, Line, LongLine, Moment, RowId, several_lines
from web.forms import Says

LONGEST_NOTE: Final = 2000
MOST_PARTS: Final = 50
"""Numbers, addresses, lines or contacts of one customer."""


class NumberInput(InputModel):
    """One number of a customer."""

    number: Annotated[Line, Field(min_length=1), Says("customer.fault_number")]
    label: Line = Field("", description="Which it is.", examples=["家里"])


class AddressInput(InputModel):
    """One address of a customer."""

    label: Line = Field("", description="Which it is.", examples=["账单地址"])
    address: Annotated[LongLine, Field(min_length=1), Says("customer.fault_address")]


class LineInput(InputModel):
    """One line that the customer has from the house."""

    name: Annotated[Line, Field(min_length=1), Says("customer.fault_line")] = Field(
        description="Its number or name.", examples=["专线 CN2-0815"]
    )
    business: Line = Field("", description="Class of TKT-1.", examples=["数据通信"])
    address: LongLine = ""


class ContactInput(InputModel):
    """A person who speaks for the customer."""

    name: Annotated[Line, Field(min_length=1), Says("customer.fault_contact")]
    post: Line = Field("", description="What the person is there.", examples=["网管"])
    number: Line = Field("", description="Calls from it are the customer's; empty: none.")
    email: Line = ""


def _several(kind: str) -> str:
    return f"All {kind} from now on; left out: they stay as they are."


class CustomerInput(InputModel):
    """What is to be known of a customer from now on."""

    name: Line = ""
    area: Line | None = Field(
        None, description="Where the customer lives (CBK-5); left out: it stays as it is."
    )
    sort: Annotated[CustomerSort, Says("customer.fault_sort")] = CustomerSort.NORMAL
    note: Annotated[str, Field(max_length=LONGEST_NOTE), AfterValidator(several_lines)] = ""
    first_agent: Annotated[
        str | None, Field(pattern=r"^\d{3,6}$"), Says("customer.fault_agent")
    ] = Field(None, description="Who keeps the customer's matters (QUE-3).")
    numbers: Annotated[list[NumberInput] | None, Field(max_length=MOST_PARTS)] = Field(
        None,
        description="All numbers from now on but those of contacts, the main one first; left out: "
        "they stay as they are. A number that is another customer's: 422.",
    )
    addresses: Annotated[list[AddressInput] | None, Field(max_length=MOST_PARTS)] = Field(
        None, description=_several("addresses")
    )
    lines: Annotated[list[LineInput] | None, Field(max_length=MOST_PARTS)] = Field(
        None, description=_several("lines")
    )
    contacts: Annotated[list[ContactInput] | None, Field(max_length=MOST_PARTS)] = Field(
        None, description=_several("contacts")
    )
    seen: Moment | None = Field(
        None,
        description="`updated_at` of what was read; null: nothing was known. Saved meanwhile by "
        "somebody: 409.",
    )


class MergeInput(InputModel):
    """Two customers who are one, as both were read."""

    other: RowId = Field(description="Id of the customer who is the same, and goes.")
    seen: Moment = Field(description="`updated_at` of the one that is kept.")
    other_seen: Moment = Field(description="`updated_at` of the other.")
