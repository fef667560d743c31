"""Merges two customers who are one, and undoes it (SEC-1): one action each, on record."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.customers import keeping, merges
from features.customers import queries as customers
from features.customers.actions import late
from features.customers.inputs import MergeInput
from features.customers.keeping import NEXT, TakenError
from features.customers.known import Customer
from features.customers.merges import Merge
from features.customers.merging import main_number, merged, parted
from phone_numbers.phone_number import phone_number
from phone_numbers.plan import NumberPlan
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused


@dataclass(frozen=True, slots=True)
class Preview:
    """Two customers, and the one that they would be."""

    kept: Customer
    gone: Customer
    both: Customer


async def preview(connection: AsyncConnection, plan: NumberPlan, sent: str, other: int) -> Preview:
    """Return what a merge would make; changes nothing. Raises Refused with 404."""
    kept = await customers.customer(connection, phone_number(sent, plan).identity)
    kept = found(kept, "customer")
    gone = found(await customers.by_id(connection, other), "customer")
    return Preview(kept, gone, merged(kept, gone))


async def merge(
    asking: RequestDatabase, principal: Principal, plan: NumberPlan, sent: str, given: MergeInput
) -> Merge:
    """Make one customer of two: everything that hung on either hangs on the one that is kept.

    Raises Refused: 404, 422 for the same one, 409 when somebody saved either since it was read.
    """
    now = datetime.now(UTC)

    async def done(connection: AsyncConnection) -> Merge:
        two = await preview(connection, plan, sent, given.other)
        if two.gone.id == two.kept.id:
            said = "This is the same customer already."
            raise Refused(422, said, faults={"other": "customer.fault_same"})
        for each, seen in ((two.kept, given.seen), (two.gone, given.other_seen)):
            if each.updated_at != seen:
                raise late(each)
        await keeping.remove(connection, two.gone, into=two.kept)
        both = _now(two.both, two.kept, principal, now)
        if not await keeping.change(connection, two.kept, both):
            raise late(found(await customers.by_id(connection, two.kept.id), "customer"))
        version = two.kept.version + 1
        kept = await merges.note(
            connection, two.kept, two.gone, version=version, at=now, by=principal.signature
        )
        detail = f"{two.gone.number} (#{two.gone.id})"
        seen_entry = audit_entry(principal, "customer.merge", two.kept.number, detail)
        await audit.note(connection, seen_entry)
        return kept

    return await asking.write(done)


async def undo(asking: RequestDatabase, principal: Principal, merge_id: int) -> Merge:
    """Make two customers of one again, within the time that is stated.

    Raises Refused: 404; 409 when it is undone already, too late, or a number has moved on.
    """
    now = datetime.now(UTC)

    async def done(connection: AsyncConnection) -> Merge:
        merge = found(await merges.one(connection, merge_id), "merge")
        if merge.undone_at is not None:
            raise _refused("undone", "This merge is undone already.")
        if now > merge.until:
            raise _refused("late", f"This merge could be undone until {merge.until:%Y-%m-%d}.")
        kept = await customers.by_id(connection, merge.kept_id)
        if kept is None:
            raise _refused("moved", "The customer that was kept is part of another one by now.")
        untouched = kept.version == merge.kept_version
        apart = parted(kept, before=merge.kept, gone=merge.gone, untouched=untouched)
        if not apart.numbers:
            raise _refused("moved", "The customer that was kept would have no number left.")
        try:
            await keeping.change(connection, kept, _now(main_number(apart), kept, principal, now))
            await keeping.bring_back(connection, _again(merge.gone, principal, now))
        except TakenError as taken:
            said = f"{taken.number.number} is another customer's by now."
            raise _refused("moved", said) from None
        await merges.undone(connection, merge_id, at=now, by=principal.signature)
        detail = f"{merge.gone.number} (#{merge.gone_id})"
        seen = audit_entry(principal, "customer.unmerge", merge.kept.number, detail)
        await audit.note(connection, seen)
        return found(await merges.one(connection, merge_id), "merge")

    return await asking.write(done)


FAULTS: Mapping[str, str] = {
    "undone": "customer.fault_undone",
    "late": "customer.fault_undo_late",
    "moved": "customer.fault_undo_moved",
}


def _refused(why: str, said: str) -> Refused:
    return Refused(409, said, faults={"undo": FAULTS[why]})


def _now(after: Customer, before: Customer, principal: Principal, now: datetime) -> Customer:
    when = max(now, before.updated_at + NEXT)
    return replace(after, updated_at=when, updated_by=principal.signature)


def _again(gone: Customer, principal: Principal, now: datetime) -> Customer:
    # its last version is on file under its number, so it comes back as the next one
    return replace(_now(gone, gone, principal, now), version=gone.version + 1)
