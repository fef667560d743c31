"""Changes by way of links: what a department does by its link, and a link that is sent again.

By a link a department does what its page lets it do (`ticket_life/table.py`); the history says by
which address, the audit record from where (SEC-1).
"""

from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.audit.log import AuditEntry
from features.department_links import queries, rules, sending
from features.department_links.house import can_send
from features.department_links.rules import Link
from features.ticket_clocks.house import house
from features.ticket_life.verbs import Given, Verb
from features.tickets import actions as tickets
from features.tickets import acts
from features.tickets.actions import VerbInput
from features.tickets.acts import ConflictError
from features.tickets.authors import author
from features.tickets.history import BY_LINK, Author
from features.tickets.lifecycle import Ticket
from permissions.roles import Role
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused

_SAID: Final = {"note", "deadline", "handling", "cause", "restored_at"}
"""What the forms behind a link ask."""


class VoidLinkError(Exception):
    """The link opens nothing: nobody signed it, it has ended, or the ticket has moved on."""


async def act(
    asking: RequestDatabase,
    settings: Settings,
    link_id: str,
    verb: Verb,
    given: VerbInput,
    *,
    address: str,
) -> tuple[Link, Ticket]:
    """Do something as the department that has a link; `address`: from where it was asked.

    The same asked again upon the same version is done once. Raises VoidLinkError, and Refused as
    `tickets.actions.act`.
    """
    now = datetime.now(UTC)
    said = Given(**given.model_dump(include=_SAID, exclude_none=True))
    link = await asking.ask(lambda one: queries.link(one, link_id))
    if link is None:
        raise VoidLinkError

    async def acted(connection: AsyncConnection) -> tuple[Link, Ticket]:
        before = await acts.waited_for(connection, link.ticket_id)
        known = await queries.link(connection, link_id)
        if before is None or known is None or not known.lasts(now):
            raise VoidLinkError
        of_today = await queries.address_of(connection, known.department)
        good = rules.is_good(known, before.ticket, before.orders, address=of_today, now=now)
        if not good and given.version == before.ticket.version:
            raise VoidLinkError
        by = Author(
            role=Role.DEPARTMENT, signature=known.department, via=BY_LINK, link=known.address
        )
        number = before.ticket.number
        with tickets.told(before.ticket, Role.DEPARTMENT):
            try:
                after, is_new = found(
                    await acts.act(
                        connection,
                        number,
                        verb,
                        said,
                        version=given.version,
                        author=by,
                        house=house(settings),
                        now=now,
                    ),
                    "ticket",
                )
            except ConflictError:  # what is done already is no conflict
                if good:
                    raise
                raise VoidLinkError from None
        if is_new:
            entry = _entry("ticket.act", number, address, f"{verb.value}: {_by(known)}")
            await audit.note(connection, entry)
        return known, after

    return await asking.write(acted)


def looked(opened: queries.Opened, *, address: str) -> AuditEntry:
    """Return the entry of somebody who opened a link, from an address of the network."""
    return _entry("department_link.read", opened.ticket.number, address, _by(opened.link))


async def send_again(
    asking: RequestDatabase, principal: Principal, settings: Settings, number: str
) -> Link:
    """Send the department of a ticket a new link; those before it are void from now on.

    Raises Refused: 404, 422 where nothing is sent or the department has no address, 409 when the
    ticket is with no department.
    """
    if not can_send(settings):
        said = "No links are sent: set THIRDRING_MAIL_SMTP and THIRDRING_DEPARTMENT_LINK_SITE."
        raise Refused(422, said, faults={"link": "department_link.fault_off"})
    found(await tickets.writable(asking, principal, number), "ticket")
    now = datetime.now(UTC)

    async def sent(connection: AsyncConnection) -> Link:
        one = found(await acts.locked(connection, number), "ticket")
        if not await queries.address_of(connection, one.ticket.department):
            said = "This department has no e-mail address: see /departments."
            raise Refused(422, said, faults={"link": "department_link.fault_address"})
        link = await sending.send(connection, one, settings, author=author(principal), now=now)
        if link is None:
            said = "This ticket is with no department now."
            raise Refused(409, said, faults={"link": "department_link.fault_left"})
        detail = f"to {link.address}"
        entry = audit_entry(principal, "department_link.sent", number, detail)
        await audit.note(connection, entry)
        return link

    return await asking.write(sent)


def _by(link: Link) -> str:
    return f"by the link to {link.address}"


def _entry(action: str, number: str, address: str, detail: str) -> AuditEntry:
    return AuditEntry(
        at=datetime.now(UTC), action=action, subject=number, address=address, detail=detail
    )
