"""Appeals against scores and coaching notes: made, decided by somebody else, seen (QA-2)."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.accounts import queries as accounts
from features.audit import log as audit
from features.audit.access import audit_entry
from features.quality_samples.queries import whose
from features.quality_scores import appeals, scores
from features.quality_scores.actions import next_version, visible, yourself
from features.quality_scores.appeals import Appeal, Note
from features.quality_scores.inputs import AppealInput, DecisionInput, NoteInput
from features.quality_scores.rules import Outcome, may_appeal_until
from permissions.may import may, reach_of
from permissions.scopes import EVERYTHING
from settings import Settings
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused


async def appeal(
    asking: RequestDatabase,
    principal: Principal,
    settings: Settings,
    score_id: int,
    given: AppealInput,
) -> Appeal:
    """Appeal against a score of one's own work.

    Raises Refused: 404; 409 when it is too late, or there is an appeal already.
    """
    one = await visible(asking, principal, score_id, "quality_score.read")
    if one.agent != principal.number or not one.official:
        raise Refused(404, "There is no score of yours with this id.")
    now = datetime.now(UTC)

    async def made(connection: AsyncConnection) -> Appeal:
        first = (await scores.versions(connection, one.item_id))[0]
        if now > may_appeal_until(first.at, settings.quality_appeal_days):
            said = f"An appeal is made within {settings.quality_appeal_days} days."
            raise Refused(409, said, faults={"words": "quality_score.fault_late"})
        fresh = Appeal(
            item_id=one.item_id,
            score_id=score_id,
            agent=one.agent,
            words=given.words,
            made_at=now,
        )
        appeal_id = await appeals.add(connection, fresh)
        if appeal_id is None:
            said = "There is an appeal against this score already."
            raise Refused(409, said, faults={"words": "quality_score.fault_appealed_before"})
        entry = audit_entry(principal, "quality_appeal.made", f"{appeal_id}", f"{score_id}")
        await audit.note(connection, entry)
        return found(await appeals.one(connection, appeal_id, reach=EVERYTHING), "appeal")

    return await asking.write(made)


async def decide(
    asking: RequestDatabase, principal: Principal, appeal_id: int, given: DecisionInput
) -> Appeal:
    """Decide an appeal; accepted, the score is corrected in the same transaction.

    Raises Refused: 404; 409 for who scored or is scored, or when it is decided; 422 as a score.
    """
    reach = reach_of(principal, "quality_appeal.decide")

    async def decided(connection: AsyncConnection) -> Appeal:
        one = found(await appeals.one(connection, appeal_id, reach=reach, lock=True), "appeal")
        if one.outcome is not None:
            said = "This appeal is decided."
            raise Refused(409, said, faults={"appeal": "quality_score.fault_decided"})
        versions = await scores.versions(connection, one.item_id)
        if one.agent == principal.number:
            raise yourself()
        if principal.number in {each.scorer for each in versions}:
            said = "Who made the score does not decide the appeal."
            raise Refused(409, said, faults={"appeal": "quality_score.fault_scored_it"})
        if given.outcome is Outcome.ACCEPTED:
            await next_version(connection, principal, versions[-1], given, given.why)
        now = datetime.now(UTC)
        await appeals.decide(
            connection,
            appeal_id,
            outcome=given.outcome,
            by=principal.number,
            words=given.why,
            at=now,
        )
        entry = audit_entry(
            principal, "quality_appeal.decided", f"{appeal_id}", given.outcome.value
        )
        await audit.note(connection, entry)
        return found(await appeals.one(connection, appeal_id, reach=EVERYTHING), "appeal")

    return await asking.write(decided)


async def write_note(asking: RequestDatabase, principal: Principal, given: NoteInput) -> Note:
    """Tell an agent something.

    Raises Refused: 404 for a score that is not theirs; 409 to oneself; 422 for nobody with this
    number, or nobody of one's own team.
    """
    if given.agent == principal.number:
        raise yourself()
    if given.score_id is not None:
        one = await visible(asking, principal, given.score_id, "quality_score.read")
        if one.agent != given.agent or not one.official:
            raise Refused(404, "There is no score of this agent with this id.")

    async def written(connection: AsyncConnection) -> Note:
        account = await accounts.by_number(connection, given.agent)
        if account is None or not may(principal, "quality_note.write", whose(given.agent)):
            said = "There is nobody with this number whom you lead."
            raise Refused(422, said, faults={"agent": "quality_score.fault_agent"})
        fresh = Note(
            agent=given.agent,
            score_id=given.score_id,
            by=principal.number,
            words=given.words,
            made_at=datetime.now(UTC),
        )
        note_id = await appeals.add_note(connection, fresh)
        entry = audit_entry(principal, "quality_note.written", f"{note_id}", given.agent)
        await audit.note(connection, entry)
        return found(await appeals.note(connection, note_id, reach=EVERYTHING), "note")

    return await asking.write(written)


async def see_note(asking: RequestDatabase, principal: Principal, note_id: int) -> Note:
    """Keep that the agent has seen a note; seen twice it is the same. Raises Refused with 404."""
    reach = reach_of(principal, "quality_note.see")

    async def seen(connection: AsyncConnection) -> Note:
        found(await appeals.note(connection, note_id, reach=reach), "note")
        if await appeals.saw(connection, note_id, datetime.now(UTC)):
            await audit.note(connection, audit_entry(principal, "quality_note.seen", f"{note_id}"))
        return found(await appeals.note(connection, note_id, reach=reach), "note")

    return await asking.write(seen)
