"""Health checks: which parts of the hotline are well, each in one sentence.

Quick whatever is broken: no part is waited for longer than ASK_S. Tells no secret and no number.
"""

import shutil
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, Field
from sqlalchemy import text

from db.bounded import Database, DatabaseTimeoutError
from monitoring.reports import Report

ASK_S = 1.0
"""Seconds in which the database must answer the simplest question."""

LAG_S = 30.0
"""Seconds by which the ledger may be behind the journals before it counts as ill."""

ROOM_BYTES = 512 * 1024 * 1024
"""Free space below which recordings are in danger: 50 calls at once fill it in five minutes, and
Asterisk cuts a recording on a full disk without a word."""


class State(StrEnum):
    """How a part is."""

    WELL = "ok"
    ILL = "ill"


class PartHealth(BaseModel):
    """One part of the hotline."""

    state: State
    says: str = Field(examples=["The database answers."])


class Health(BaseModel):
    """The hotline and its parts; the whole is ill when one part is."""

    state: State
    parts: dict[str, PartHealth]


def whole(parts: dict[str, PartHealth]) -> Health:
    """Return the health of the whole."""
    ill = any(part.state is State.ILL for part in parts.values())
    return Health(state=State.ILL if ill else State.WELL, parts=parts)


def of_calls(report: Report | None) -> PartHealth:
    """Return how the call service is."""
    if report is None or not report.fresh:
        return _ill("The call service does not report; the static dialplan takes the calls.")
    return _well("The call service is at work.")


def of_asterisk(report: Report | None) -> PartHealth:
    """Return how the link to Asterisk is, as the call service sees it."""
    if report is None or not report.fresh:
        return _ill("Nobody can say how Asterisk is: the call service does not report.")
    if report.fields.get("ami") is not True:
        return _ill("The call service has no link to Asterisk.")
    return _well("The link to Asterisk stands.")


def of_ledger(report: Report | None) -> PartHealth:
    """Return how far the ledger is behind what happened."""
    if report is None or not report.fresh:
        return _ill("The ledger does not report; calls are answered, their rows come later.")
    lag = report.number("lag_s")
    if lag is not None and lag > LAG_S:
        return _ill(f"The ledger is {lag:.0f} s behind.")
    return _well("The ledger keeps up.")


def of_dispatch(report: Report | None) -> PartHealth:
    """Return whether whoever is due is rung; without a dispatcher nobody is meant to be."""
    if report is None:
        return _well("No dispatcher runs here: nobody is rung.")
    if not report.fresh:
        return _ill("The dispatcher does not report; whoever is due is rung when it is back.")
    if report.fields.get("spending_stopped") is True:
        return _ill("All that may be spent today is spent: nobody outside is rung until midnight.")
    return _well("The dispatcher is at work.")


async def of_database(database: Database) -> PartHealth:
    """Return whether the database answers."""
    try:
        await database.ask(lambda connection: connection.execute(text("SELECT 1")), within=ASK_S)
    except DatabaseTimeoutError:
        return _ill("The database does not answer; calls are answered, their rows come later.")
    return _well("The database answers.")


def free_bytes(home: Path) -> int:
    """Return how much room is left where the home is. Raises OSError when that is not known."""
    return shutil.disk_usage(home).free


def of_disk(home: Path) -> PartHealth:
    """Return whether there is room for recordings."""
    try:
        free = free_bytes(home)
    except OSError:
        return _ill("The home cannot be looked at.")
    if free < ROOM_BYTES:
        return _ill(f"Only {free // (1024 * 1024)} MiB are left for recordings.")
    return _well("There is room for recordings.")


def _well(says: str) -> PartHealth:
    return PartHealth(state=State.WELL, says=says)


def _ill(says: str) -> PartHealth:
    return PartHealth(state=State.ILL, says=says)
