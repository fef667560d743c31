"""Changes of scores: typed, submitted, corrected (QA-2). Each is on record.

A score is added, never changed: what was submitted stays as it was, and a correction is the next
version of it. The audit log keeps each score's digest in its chain.
"""

from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from db.bounded import RequestDatabase
from features.audit import log as audit
from features.audit.access import audit_entry, refused
from features.quality_forms import queries as forms
from features.quality_forms.queries import Published
from features.quality_forms.rules import Answer, Thing, missing, total
from features.quality_samples import queries as samples
from features.quality_samples.actions import mine
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem
from features.quality_scores import appeals, rules, scores
from features.quality_scores.inputs import Answers, CorrectionInput, ScoreDraftInput, ScoreInput
from features.quality_scores.scores import Draft, Score
from permissions.may import reach_of
from permissions.scopes import EVERYTHING
from web.api_models import found
from web.current_user import Principal
from web.problems import Refused

WRITE = "quality_score.write"


def form_thing(item: WorkItem) -> Thing:
    """Return with which forms an item is scored: a live listening with those of calls."""
    return Thing.CALL if item.thing is ItemThing.LIVE else Thing(item.thing.value)


async def save(
    asking: RequestDatabase, principal: Principal, item_id: int, given: ScoreDraftInput
) -> Draft:
    """Keep what is typed of a score.

    Raises Refused: 404; 409 where the item is not one's own, or the draft was saved elsewhere.
    """
    await _must_reach(asking, principal, item_id)

    async def saved(connection: AsyncConnection) -> Draft:
        item = await mine(connection, principal, item_id)
        before = await scores.draft(connection, item_id, principal.number)
        await _form(connection, item, given, before)
        version = before.version if before else 0
        if given.version != version:
            said = "This was saved in another window meanwhile; look at it again."
            raise Refused(409, said, faults={"item": "quality_score.fault_elsewhere"})
        fresh = Draft(
            item_id=item_id,
            inspector=principal.number,
            form_id=given.form_id,
            form_version=given.form_version,
            answers=given.answers,
            marks=given.comments(),
            words=given.words,
            version=version + 1,
            saved_at=datetime.now(UTC),
        )
        await scores.keep_draft(connection, fresh)
        entry = audit_entry(principal, "quality_item.saved", f"{item_id}", f"v{fresh.version}")
        await audit.note(connection, entry)
        return fresh

    return await asking.write(saved)


async def submit(
    asking: RequestDatabase, principal: Principal, item_id: int, given: ScoreInput
) -> Score:
    """Make a score of an item that one has taken; it is never changed again.

    Raises Refused: 404; 409 where the item is not one's own; 422 for questions without an answer.
    """
    await _must_reach(asking, principal, item_id)

    async def submitted(connection: AsyncConnection) -> Score:
        item = await mine(connection, principal, item_id)
        if item.agent == principal.number:
            raise yourself()
        if not item.is_heard:
            said = "Listen to a call of this agent first."
            raise Refused(409, said, faults={"item": "quality_sample.fault_not_heard"})
        before = await scores.draft(connection, item_id, principal.number)
        form = await _form(connection, item, given, before)
        now = datetime.now(UTC)
        fresh = Score(
            item_id=item_id,
            version=1,
            form_id=form.form_id,
            form_version=form.version,
            thing=item.thing.value,
            subject=item.subject,
            call_id=item.call_id,
            agent=item.agent,
            scorer=principal.number,
            answers={},
            marks=(),
            words="",
            tenths=0,
            fatal=False,
            why="",
            official=item.turn == 1 and item.session_id is None,
            digest="",
            at=now,
        )
        kept = await keep(connection, principal, fresh, form, given, "quality_score.submitted")
        await scores.forget_draft(connection, item_id, principal.number)
        values = {"state": ItemState.SUBMITTED.value, "done_at": now}
        await samples.change(connection, item_id, **values)
        return kept

    return await asking.write(submitted)


async def correct(
    asking: RequestDatabase, principal: Principal, score_id: int, given: CorrectionInput
) -> Score:
    """Add a corrected version of a score.

    Raises Refused: 404; 409 where there is a newer version, it is about oneself, or an appeal
    against one's own score waits for somebody else; 422 for questions without an answer.
    """
    one = await visible(asking, principal, score_id, "quality_score.read")

    async def corrected(connection: AsyncConnection) -> Score:
        last = (await scores.versions(connection, one.item_id))[-1]
        if last.version != given.version:
            said = "This score has a newer version; look at it again."
            raise Refused(409, said, faults={"score": "quality_score.fault_newer"})
        appeal = await appeals.of_item(connection, one.item_id)
        if appeal is not None and appeal.outcome is None:
            said = "An appeal waits; decide it, and the score is corrected by that."
            raise Refused(409, said, faults={"score": "quality_score.fault_appealed"})
        return await next_version(connection, principal, last, given, given.why)

    return await asking.write(corrected)


async def next_version(
    connection: AsyncConnection, principal: Principal, last: Score, given: Answers, why: str
) -> Score:
    """Add the next version of a score. Raises Refused with 409 about oneself, 422 as `submit`."""
    if last.agent == principal.number:
        raise yourself()
    form = found(await forms.published(connection, last.form_id, last.form_version), "form")
    fresh = replace(
        last,
        version=last.version + 1,
        scorer=principal.number,
        why=why,
        at=datetime.now(UTC),
    )
    return await keep(connection, principal, fresh, form, given, "quality_score.corrected")


async def keep(
    connection: AsyncConnection,
    principal: Principal,
    fresh: Score,
    form: Published,
    given: Answers,
    action: str,
) -> Score:
    """Keep a version of a score with what its answers come to, and put its digest on record."""
    answers = _answered(form, given)
    comes_to = total(form.content, answers)
    if comes_to is None:
        said = "Nothing of the form applies: at least one question must."
        raise Refused(422, said, faults={"form": "quality_score.fault_nothing_applies"})
    whole = replace(
        fresh,
        answers=answers,
        marks=given.comments(),
        words=given.words,
        tenths=comes_to.tenths,
        fatal=comes_to.fatal,
    )
    whole = replace(whole, digest=rules.digest(whole.said()))
    score_id = await scores.add(connection, whole)
    entry = audit_entry(principal, action, f"{score_id}", whole.digest)
    await audit.note(connection, entry)
    return replace(whole, id=score_id)


async def visible(asking: RequestDatabase, principal: Principal, score_id: int, verb: str) -> Score:
    """Return a score that somebody may see. Raises Refused with 404; the attempt is on record."""
    reach = reach_of(principal, verb)
    one = await asking.ask(lambda c: scores.one(c, score_id, reach=reach))
    if one is not None:
        return one
    if await asking.ask(lambda c: scores.exists(c, score_id)):
        await refused(asking, principal, "quality_score.read", f"{score_id}")
    raise Refused(404, "There is no score with this id.")


def yourself() -> Refused:
    """Return the refusal of who would judge the own work."""
    said = "Nobody scores, corrects or decides on their own work."
    return Refused(409, said, faults={"item": "quality_sample.fault_yourself"})


def _answered(form: Published, given: Answers) -> dict[int, Answer]:
    """Return the answers to a form's questions. Raises Refused with 422 for those that lack."""
    if lacking := missing(form.content, given.answers):
        said = f"{len(lacking)} questions have no answer, or one that they do not take."
        faults = {f"answer_{key}": "quality_score.fault_answer" for key in lacking}
        raise Refused(422, said, faults=faults)
    return {item.key: given.answers[item.key] for item in form.content.items}


async def _form(
    connection: AsyncConnection, item: WorkItem, given: ScoreInput, before: Draft | None
) -> Published:
    """Return the form that is used: one that is offered, or that with which it was begun."""
    used = (given.form_id, given.form_version)
    thing = form_thing(item)
    offered = {(one.form_id, one.version): one for one in await forms.offered(connection, thing)}
    if used in offered:
        return offered[used]
    if before is not None and (before.form_id, before.form_version) == used:
        return found(await forms.published(connection, *used), "form")
    said = "This form is not in use for this."
    raise Refused(422, said, faults={"form": "quality_score.fault_form"})


async def _must_reach(asking: RequestDatabase, principal: Principal, item_id: int) -> None:
    reach = reach_of(principal, WRITE)
    if await asking.ask(lambda one: samples.one(one, item_id, reach=reach)) is not None:
        return
    if await asking.ask(lambda one: samples.one(one, item_id, reach=EVERYTHING)) is not None:
        await refused(asking, principal, "quality_score.write", f"{item_id}")
    raise Refused(404, "There is no item with this id.")
