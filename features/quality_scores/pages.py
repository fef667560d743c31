"""The page of one item: what is heard or read, and the form with which it is scored (QA-2)."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from callflow.call import Topic
from db.bounded import RequestDatabase
from features.audit.access import theirs
from features.call_recordings import queries as recordings
from features.call_recordings.lifecycle import ASKED_WHY, PLAYABLE, Recording
from features.calls.api import story_of
from features.calls.queries import CallStory
from features.quality_forms import queries as forms
from features.quality_forms.queries import Published
from features.quality_samples import queries as samples
from features.quality_samples.lifecycle import ItemState, ItemThing, WorkItem
from features.quality_scores import actions, scores
from features.quality_scores.actions import form_thing
from features.quality_scores.inputs import ScoreDraftInput, ScoreInput
from features.quality_scores.scores import Draft
from features.quality_scores.typing_in import given_of, mark_rows
from features.tickets import queries as tickets
from permissions.may import may, may_open, reach_of
from settings import Settings
from web.api_models import Asking, Person, RowId, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

TOPICS = frozenset(each.value for each in Topic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What a page shows of the thing that is scored."""

    story: CallStory | None = None
    ticket: Any = None
    recordings: tuple[Recording, ...] = ()


@router.get("/quality/items/{item_id}")
async def show_item(
    request: Request,
    item_id: RowId,
    principal: Person,
    asking: Asking,
    form: Annotated[RowId | None, Query()] = None,
) -> HTMLResponse:
    """One item: its call with the player, its ticket, and the form."""
    return await _item(request, principal, asking, item_id, Typed({}), chosen=form)


@router.post("/quality/items/{item_id}")
async def save_item(
    request: Request, item_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Keep what was typed."""
    form = await typed(request)
    try:
        await actions.save(asking, principal, item_id, given_of(form, ScoreDraftInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _item(request, principal, asking, item_id, form, status=status)
    return RedirectResponse(f"/quality/items/{item_id}", status_code=303)


@router.post("/quality/items/{item_id}/submit")
async def submit_item(
    request: Request, item_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Make the score; the work list offers the next one."""
    form = await typed(request)
    form.typed.pop("version", "")
    try:
        await actions.submit(asking, principal, item_id, given_of(form, ScoreInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _item(request, principal, asking, item_id, form, status=status)
    return RedirectResponse("/quality", status_code=303)


async def _item(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    item_id: int,
    form: Typed,
    *,
    chosen: int | None = None,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    item = found(
        await theirs(
            asking,
            principal,
            "quality_score.write",
            f"{item_id}",
            lambda c, reach: samples.one(c, item_id, reach=reach),
        ),
        "item",
    )
    is_mine = item.inspector == principal.number and item.state is ItemState.TAKEN
    draft = await asking.ask(lambda c: scores.draft(c, item_id, principal.number))
    offered = await asking.ask(lambda c: forms.offered(c, form_thing(item)))
    wanted = form.shown("form_id") or (f"{chosen}" if chosen else "")
    used = await _form_of(asking, draft, offered, wanted)
    heard = await _heard(principal, asking, item)
    return page(
        request,
        "quality_item.html",
        status=status,
        item=item,
        is_mine=is_mine,
        may_take=item.state is ItemState.OPEN and item.agent != principal.number,
        draft=draft,
        offered=offered,
        used=used,
        answers=_answers(form, draft),
        marks=mark_rows(form, draft.marks if draft else ()),
        heard=heard,
        recordings=heard.recordings,
        may_listen=may(principal, "recording.listen"),
        may_open_floor=may_open(principal, "/floor"),
        may_write_forms=may(principal, "quality_form.write"),
        score=await _score(principal, asking, item),
        playable=PLAYABLE,
        reasons=ASKED_WHY,
        form=form,
        topics=TOPICS,
        show=Formats(settings.zone, principal.role),
    )


async def _form_of(
    asking: RequestDatabase, draft: Draft | None, offered: Any, wanted: str
) -> Published | None:
    """Return the form to score with: that which was begun, the chosen one, the first one."""
    if draft is not None and wanted in {"", f"{draft.form_id}"}:
        used = (draft.form_id, draft.form_version)
        return await asking.ask(lambda c: forms.published(c, *used))
    named = [each for each in offered if f"{each.form_id}" == wanted]
    return next(iter([*named, *offered]), None)


def _answers(form: Typed, draft: Draft | None) -> dict[int, str]:
    """Return by question what was typed, else what is kept."""
    typed_anew = {
        int(name.removeprefix("answer_")): text
        for name, text in form.typed.items()
        if name.startswith("answer_") and name.removeprefix("answer_").isdecimal()
    }
    if typed_anew or draft is None:
        return typed_anew
    return {key: answer.value for key, answer in draft.answers.items()}


async def _heard(principal: Principal, asking: RequestDatabase, item: WorkItem) -> Heard:
    """Return what is scored. That somebody looks at it is on record by the route (SEC-1)."""
    story = await story_of(item.call_id, principal, asking) if item.call_id else None
    ticket = None
    if item.thing is ItemThing.TICKET:
        reach = reach_of(principal, "ticket.read")
        ticket = await asking.ask(lambda c: tickets.ticket(c, item.subject, reach=reach))
    heard = tuple(story.recordings) if story else ()
    return Heard(story=story, ticket=ticket, recordings=heard)


async def _score(principal: Principal, asking: RequestDatabase, item: WorkItem) -> Any:
    """Return the item's score in its last version, where somebody may see it."""
    if item.state is not ItemState.SUBMITTED:
        return None
    reach = reach_of(principal, "quality_score.read")
    versions = await asking.ask(lambda c: scores.versions(c, item.id))
    last = versions[-1].id if versions else 0
    return await asking.ask(lambda c: scores.one(c, last, reach=reach))


async def recordings_of(asking: RequestDatabase, call_id: str | None) -> list[Recording]:
    """Return the recordings of a call, in the order of their kinds."""
    if call_id is None:
        return []
    known = await asking.ask(lambda c: recordings.of_call(c, call_id))
    return sorted(known, key=lambda each: each.kind.value)
