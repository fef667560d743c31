"""Kinds of events of customers and callbacks. Does no I/O."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class About(StrEnum):
    """What an event is about."""

    TICKET = "ticket"
    CUSTOMER = "customer"
    CALLBACK = "callback"


class CustomerEvent(StrEnum):
    MADE = "customer_made"
    CHANGED = "customer_changed"
    MERGED = "customer_merged"  # was another one all along; `said.into` is that one's id
    PARTED = "customer_parted"  # a merge was undone: it is there again
    ERASED = "customer_erased"
    IMPORTED = "customer_imported"  # a portion of a list: `said` counts


class CallbackEvent(StrEnum):
    PROMISED = "callback_promised"
    TRIED = "callback_tried"  # the customer's phone was rung
    KEPT = "callback_kept"  # both have talked, or somebody says so
    FAILED = "callback_failed"  # a person decides
    UNKNOWN = "callback_unknown"  # the phone may have rung; a person decides
    CANCELLED = "callback_cancelled"
    REOPENED = "callback_reopened"  # somebody has the customer called after all
    ERASED = "callback_erased"  # the number is forgotten, and what was open is called off


OF: Final[Mapping[str, About]] = MappingProxyType(
    {
        **{kind.value: About.CUSTOMER for kind in CustomerEvent},
        **{kind.value: About.CALLBACK for kind in CallbackEvent},
    }
)
"""What a kind is about; every other one is about a ticket."""


def about(kind: str) -> About:
    """Return what a kind is about."""
    return OF.get(kind, About.TICKET)


def word(kind: str) -> str:
    """Return a kind as a webhook's type has it behind the dot: `made` of `customer_made`."""
    return kind.removeprefix(f"{about(kind)}_")
