"""Lists of customers that people bring, by page and API; each is on record (SEC-1)."""

import asyncio
from datetime import UTC, datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from callflow.text import clean
from db.bounded import Database, RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry
from features.customer_lists import queries as lists
from features.customer_lists.importing import Importing
from features.customer_lists.judging import Known
from features.customer_lists.queries import Import, ImportState
from imports.decoding import LONG_LISTS, require_something
from imports.faults import UnreadableError
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused

SHORT_S: float = 3.0
"""A short list is in before its page is shown; a long one goes on behind it."""
LONGEST_NAME: Final = 80
_under_way: set[asyncio.Task[None]] = set()


async def bring(
    asking: RequestDatabase,
    database: Database,
    principal: Principal,
    settings: Settings,
    content: bytes,
    name: str,
    known: Known,
) -> Import:
    """Begin to take a list in; return it as it stands, a short one to its end.

    Raises Refused: 422 for a file that is none, 409 while another list comes in.
    """
    try:
        require_something(content, LONG_LISTS)
    except UnreadableError as error:
        said = "The file cannot be read: it is empty, or too large."
        raise Refused(422, said, faults={"file": f"{error.sentence}"}) from None
    now = datetime.now(UTC)
    plain = clean(name, LONGEST_NAME) or "–"

    async def begun(connection: AsyncConnection) -> int:
        for each in await lists.latest(connection, limit=3):
            if each.state(now) is ImportState.RUNNING:
                said = f"The list {each.name} comes in at this moment."
                raise Refused(409, said, faults={"file": "customer_list.fault_busy"})
        await lists.forget(connection, now)
        key = await lists.begin(connection, plain, known=known, by=principal.signature, now=now)
        await audit.note(connection, audit_entry(principal, "customer.import", str(key), plain))
        return key

    key = await asking.write(begun)
    own = frozenset(filter(None, [*settings.phones.split(","), *settings.desk_phones.split(",")]))
    done = audit_entry(principal, "customer.imported", str(key), plain)
    coming = Importing(database, settings.number_plan, own, key, known, principal.signature, done)
    held = [content]
    task = asyncio.create_task(coming.run(held))
    del content
    _under_way.add(task)
    task.add_done_callback(_under_way.discard)
    await asyncio.wait({task}, timeout=SHORT_S)
    return found(await asking.ask(lambda one: lists.one(one, key)), "list")
