"""What a leader does with an agent (QUE-4, QA-1): listen, sign out, offer another queue.

The wallboard asks the API, which calls these. Each is in the audit log before it happens (QA-5).
Agents of another team are answered like those who are not at work.
"""

from typing import Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.agent_desk.api import refusals
from features.audit import log as audit
from features.audit.access import audit_entry, refused
from features.duties.actions import at_work
from floor.control import Watch
from floor.floor import Floor
from floor.people import Agent
from permissions.may import may
from permissions.scopes import Thing
from web.api_models import InputModel
from web.current_user import Principal
from web.problems import Refused


class WatchInput(InputModel):
    """How to take part in an agent's call."""

    how: Watch


class QueueInput(InputModel):
    """Which callers an agent is to be offered."""

    queue: Literal["hotline", "senior", "manager"] = Field(examples=["senior"])


async def watch(
    asking: RequestDatabase, floor: Floor, principal: Principal, number: str, given: WatchInput
) -> None:
    """Ring the leader's own phone, and let it hear the agent's call.

    Raises Refused: 404 for nobody at work, 409 where nobody talks or the leader has no phone.
    """
    leader = at_work(floor, principal)
    agent = await _agent(asking, floor, principal, number)
    await take_part(asking, floor, principal, leader, agent, given.how)


async def take_part(
    asking: RequestDatabase,
    floor: Floor,
    principal: Principal,
    own: Agent,
    agent: Agent,
    how: Watch,
    *,
    detail: str = "",
) -> None:
    """Put on record that somebody takes part in an agent's call, then ring the own phone.

    Who may has been decided. Raises Refused with 409 where nobody talks.
    """
    await _noted(asking, principal, f"agent.{how.value}", agent.number, detail)
    with refusals():
        await floor.control.watch(own, agent, how)


async def sign_out(
    asking: RequestDatabase, floor: Floor, principal: Principal, number: str
) -> None:
    """End an agent's duty; a call under way goes on. Raises Refused with 404."""
    agent = await _agent(asking, floor, principal, number)
    await _noted(asking, principal, "agent.sign_out", number)
    await floor.attendance.sign_out(agent, reason=f"by {_by(principal)}", now=floor.now())


async def move(
    asking: RequestDatabase, floor: Floor, principal: Principal, number: str, given: QueueInput
) -> Agent:
    """Offer an agent the callers of another queue, until signing out. Raises Refused with 404."""
    agent = await _agent(asking, floor, principal, number)
    await _noted(asking, principal, "agent.move", number, given.queue)
    return await floor.attendance.move(agent, given.queue, by=_by(principal), now=floor.now())


async def _agent(asking: RequestDatabase, floor: Floor, principal: Principal, number: str) -> Agent:
    """Return an agent at work whom somebody may lead. Raises Refused with 404."""
    agent = floor.live_state.by_number(number)
    if agent is not None and may(principal, "agent.lead", Thing(people=(number,))):
        return agent
    if agent is not None:
        await refused(asking, principal, "agent.lead", number)
    raise Refused(404, "Nobody with this number is at work.")


def _by(principal: Principal) -> str:
    return principal.number or "a program"


async def _noted(
    asking: RequestDatabase, principal: Principal, action: str, number: str, detail: str = ""
) -> None:
    async def noted(connection: AsyncConnection) -> None:
        await audit.note(connection, audit_entry(principal, action, number, detail))

    await asking.write(noted)
