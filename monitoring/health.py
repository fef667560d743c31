"""Health checks: which parts of the hotline are well, each in one sentence.

Quick whatever is broken: no part is waited for longer than ASK_S. Tells no secret and no number.
"""

import shutil
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, Field

from db.bounded import Database, DatabaseTimeoutError
from db.migrate import newest, revision
from full_disk import MIB, Room, Watermark, room_of, used_percent, watermark_of
from monitoring.reports import Report

ASK_S = 1.0
"""Seconds in which the database must answer the simplest question."""

LAG_S = 30.0
"""Seconds by which the ledger may be behind the journals before it counts as ill."""


FAR: Final = frozenset({"trunk", "spending", "mail", "webhooks", "recordings"})
"""Parts that are not here: what ails them keeps no caller from being answered, and no page."""


class State(StrEnum):
    """How a part is, or the whole."""

    WELL = "ok"
    IMPAIRED = "impaired"
    """Of the whole only: all that is here is well, something far away is not."""
    ILL = "ill"


class PartHealth(BaseModel):
    """One part of the hotline."""

    state: State
    says: str = Field(examples=["The database answers."])


class Health(BaseModel):
    """The hotline and its parts; the whole is ill when a part is that is here."""

    state: State
    parts: dict[str, PartHealth]


def whole(parts: dict[str, PartHealth]) -> Health:
    """Return the health of the whole."""
    ill = {name for name, part in parts.items() if part.state is not State.WELL}
    state = State.ILL if ill - FAR else State.IMPAIRED if ill else State.WELL
    return Health(state=state, parts=parts)


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
    return _well("The dispatcher is at work.")


def of_spending(report: Report | None) -> PartHealth:
    """Return whether money is left for calls out today, as the dispatcher counts it."""
    if report is not None and report.fields.get("spending_stopped") is True:
        return _ill("All that may be spent today is spent: nobody outside is rung until midnight.")
    return _well("Calls out may be paid for.")


_WHY = {
    "silent": "does not answer",
    "not_registered": "does not let us register",
    "refuses": "refuses our calls",
}


def of_trunks(report: Report | None) -> PartHealth:
    """Return how the trunks are on which we call, as the dispatcher sees them."""
    if report is None:
        return _well("No dispatcher runs here: nobody looks at the trunks.")
    if not report.fresh:
        return _ill("Nobody can say how the trunks are: the dispatcher does not report.")
    known = report.fields.get("trunks", [])
    ill = [_trunk(one) for one in known if one["state"] != "ok"]
    if ill:
        return _ill(" ".join(ill))
    return _well("The trunks are well." if known else "There is no trunk for calls out.")


def _trunk(one: Mapping[str, Any]) -> str:
    """Return how a trunk is that is ill, since when, and what it refused last."""
    said = f"The trunk {one['name']} {_WHY.get(one['state'], one['state'])}"
    said += f" since {one['since'][:19]}Z" if one["since"] else ""
    return f"{said} ({one['refusal']})." if one["refusal"] else f"{said}."


def of_mail(report: Report | None) -> PartHealth:
    """Return whether letters can be fetched and sent, as the ledger sees it."""
    if report is None or not report.fresh:
        return _well("Nobody looks at the mail: the ledger does not report.")
    faults = [str(report.fields[name]) for name in ("mail_in", "mail_out") if name in report.fields]
    if not faults:
        return _well("There is no mailbox.")
    ill = list(dict.fromkeys(filter(None, faults)))
    if ill:
        return _ill(f"{' '.join(ill)} Letters are fetched and sent when it is back.")
    return _well("The mailbox can be reached.")


def of_webhooks(report: Report | None) -> PartHealth:
    """Return whether events go out, as the ledger sees it."""
    if report is None or not report.fresh:
        return _well("Nobody looks at the webhooks: the ledger does not report.")
    if failed := int(report.number("webhooks_failed") or 0):
        return _ill(
            f"{failed} webhooks have failed for too long: decide at /webhooks what is next."
        )
    return _well("No webhook has failed.")


def of_recordings(report: Report | None) -> PartHealth:
    """Return whether recordings get where the house wants them, as the ledger sees it."""
    if report is None or not report.fresh:
        return _well("Nobody looks at the copies of recordings: the ledger does not report.")
    if failing := int(report.number("recording_copies_failing") or 0):
        waiting = int(report.number("recording_copies_waiting") or 0)
        why = report.fields.get("recording_copies_why") or "it is not known why"
        return _ill(
            f"{failing} copies of recordings could not be made, {waiting} wait: {why}. "
            "Recordings stay where they are, and are tried again."
        )
    return _well("Recordings are where they are to be.")


async def of_database(database: Database) -> PartHealth:
    """Return whether the database answers, with the tables of this version."""
    try:
        found = await database.ask(revision, within=ASK_S)
    except DatabaseTimeoutError:
        return _ill("The database does not answer; calls are answered, their rows come later.")
    return of_tables(found, newest())


def of_tables(found: str | None, wanted: str) -> PartHealth:
    """Return whether the tables are this version's, by their revisions."""
    later = "Calls are answered, their rows come later."
    if found == wanted:
        return _well("The database answers.")
    if found is None or found < wanted:
        was = f"of {found}" if found else "not there"
        return _ill(f"The tables are {was}; they are brought up to date to {wanted}. {later}")
    return _ill(
        f"The tables are of a newer version ({found}; this one knows {wanted}). Start that version "
        f"again. {later}"
    )


def free_bytes(home: Path) -> int:
    """Return how much room is left where the home is. Raises OSError when that is not known."""
    return shutil.disk_usage(home).free


def filled_percent(home: Path) -> float:
    """Return how full the disk of the home is. Raises OSError when that is not known."""
    found = shutil.disk_usage(home)
    return used_percent(found.used, found.free)


def of_disk(home: Path, *, early: int = 0, late: int = 0) -> PartHealth:
    """Return whether there is room for recordings.

    From the watermarks on (per cent) it says so and is well all the same: nothing is cut yet, and
    a desk that is taken out of service for it would keep nobody's recording.
    """
    try:
        free = free_bytes(home)
    except OSError:
        return _ill("The home cannot be looked at.")
    match room_of(free):
        case Room.FULL:
            return _ill(
                "The disk is full: calls go on, recordings are cut, rows wait. Make room now."
            )
        case Room.LOW:
            return _ill(f"Only {free // MIB} MiB are left for recordings.")
    percent = filled_percent(home)
    match watermark_of(percent, early=early, late=late):
        case Watermark.LATE:
            return _well(f"The disk is {percent:.0f} per cent full: make room today.")
        case Watermark.EARLY:
            return _well(f"The disk is {percent:.0f} per cent full: make room soon.")
    return _well("There is room for recordings.")


def _well(says: str) -> PartHealth:
    return PartHealth(state=State.WELL, says=says)


def _ill(says: str) -> PartHealth:
    return PartHealth(state=State.ILL, says=says)
