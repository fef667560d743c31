"""What is known of a customer, as a value. Does no I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from db.sought import folded

TAIL: Final = 8
"""Digits of a number's end by which it is compared: with and without its area code."""
OF_CONTACTS: Final = 1000
"""Places from here on are numbers of contacts."""
_NAME_KEY: Final = 160


class CustomerSort(StrEnum):
    NORMAL = "normal"
    LARGE = "large"  # 大客户
    IMPORTANT = "important"  # 重要客户
    DEDICATED = "dedicated"  # 专线客户


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerNumber:
    """One of the numbers of a customer."""

    number: str
    """As it is shown."""
    identity: str
    """What it is known by."""
    label: str = ""
    """Which it is: `家里`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a customer is."""

    label: str = ""
    """Which it is: `总部`, `账单`."""
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line that a customer has from the house: a telephone, broadband, a dedicated line."""

    name: str
    """Its number or name with the house."""
    business: str = ""
    """Class of TKT-1."""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person who speaks for the customer: somebody at a company."""

    name: str
    post: str = ""
    number: str = ""
    """As it is shown; empty: none."""
    identity: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer, known by telephone numbers."""

    id: int = 0
    """0: nobody kept it yet."""
    number: str
    """The main one as it is shown."""
    identity: str
    """What it is known by, however it is written."""
    name: str
    sort: CustomerSort
    note: str
    first_agent: str | None
    """Account number of who was asked first and keeps the customer's matters (QUE-3)."""
    updated_at: datetime
    updated_by: str
    """Account number, or a token's label."""
    area: str = ""
    """Where the customer lives: whom an emergency notification concerns (CBK-5)."""
    version: int = 1
    numbers: tuple[CustomerNumber, ...] = ()
    """All but those of contacts, the main one first; empty: the main one alone."""
    addresses: tuple[Address, ...] = ()
    lines: tuple[Line, ...] = ()
    contacts: tuple[Contact, ...] = ()

    @property
    def own_numbers(self) -> tuple[CustomerNumber, ...]:
        """Return the numbers, the main one first."""
        return self.numbers or (CustomerNumber(number=self.number, identity=self.identity),)

    @property
    def identities(self) -> tuple[str, ...]:
        """Return all that the customer is known by, those of contacts last."""
        return tuple(each.identity for _, each in self.placed())

    def placed(self) -> Iterator[tuple[int, CustomerNumber]]:
        """Give each number once, with its place."""
        seen: set[str] = set()
        for place, each in enumerate(self.own_numbers):
            if each.identity not in seen:
                seen.add(each.identity)
                yield place, each
        for place, contact in enumerate(self.contacts, OF_CONTACTS):
            if contact.identity and contact.identity not in seen:
                seen.add(contact.identity)
                yield (
                    place,
                    CustomerNumber(
                        number=contact.number, identity=contact.identity, label=contact.name
                    ),
                )


PARTS: Final[Mapping[str, type[Any]]] = {
    "numbers": CustomerNumber,
    "addresses": Address,
    "lines": Line,
    "contacts": Contact,
}
"""Fields of a customer that hold several of something."""
SAID: Final = ("name", "sort", "area", "note", "first_agent", *PARTS)
"""What a save can change."""


def said(customer: Customer) -> dict[str, object]:
    """Return what is known, whoever saved it and when."""
    return {name: getattr(customer, name) for name in SAID} | {"numbers": customer.own_numbers}


def plain(customer: Customer) -> dict[str, Any]:
    """Return a customer as JSON can keep it."""
    kept: dict[str, Any] = {name: getattr(customer, name) for name in _COLUMNS}
    kept |= {name: plain_parts(getattr(customer, name)) for name in PARTS}
    kept["numbers"] = plain_parts(customer.own_numbers)
    return kept | {"updated_at": customer.updated_at.isoformat(), "sort": customer.sort.value}


def plain_parts(parts: Sequence[Any]) -> list[dict[str, str]]:
    """Return parts as JSON can keep them; `asdict` would copy each text, and takes ten times."""
    return [{name: getattr(each, name) for name in each.__slots__} for each in parts]


def from_plain(kept: Mapping[str, Any]) -> Customer:
    """Return the customer that `plain` kept."""
    parts: dict[str, Any] = {
        name: parts_in(kind, kept.get(name, ())) for name, kind in PARTS.items()
    }
    columns = {name: kept[name] for name in _COLUMNS if name in kept}
    columns["updated_at"] = datetime.fromisoformat(kept["updated_at"])
    columns["sort"] = CustomerSort(kept["sort"])
    return Customer(**columns, **parts)


def parts_in(kind: type[Any], rows: Any) -> tuple[Any, ...]:
    """Return the parts of one kind that JSON holds; fields of a later version are left out."""
    known = {field.name for field in fields(kind)}
    return tuple(kind(**{name: row[name] for name in row if name in known}) for row in rows)


_COLUMNS = tuple(field.name for field in fields(Customer) if field.name not in PARTS)


def name_key(name: str) -> str:
    """Return a name as it is compared: without blanks, however it is written."""
    return "".join(folded(name).split())[:_NAME_KEY]


def sought(customer: Customer) -> str:
    """Return all that a customer is found by, folded; a part of its own on each line."""
    parts = [customer.name, customer.area]
    parts += [each.address for each in customer.addresses]
    for line in customer.lines:
        parts += [line.name, line.address]
    for contact in customer.contacts:
        parts += [contact.name, contact.email]
    for _, each in customer.placed():
        parts += [each.number, each.identity, each.label]
    return folded("\n".join(dict.fromkeys(filter(None, parts))))
