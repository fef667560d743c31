"""Pages of results: an agent's own, one with its moments, calibrations, agreement (QA-2)."""

from datetime import UTC, datetime
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from db.bounded import RequestDatabase
from db.paging import UnknownCursorError
from features.call_recordings.lifecycle import ASKED_WHY, PLAYABLE
from features.quality_forms import queries as forms
from features.quality_scores import actions, actions_appeals, appeals, comparing, scores
from features.quality_scores.inputs import AppealInput, CorrectionInput
from features.quality_scores.pages import recordings_of
from features.quality_scores.rules import may_appeal_until
from features.quality_scores.scores import Score, ScoreFilter
from features.quality_scores.typing_in import given_of, mark_rows, shown
from permissions.may import may, may_open, reach_of
from permissions.scopes import Scope
from settings import Settings
from web.api_models import Asking, CurrentUser, Person, RowId, Text, found
from web.current_user import Principal
from web.formats import Formats
from web.forms import Typed, typed
from web.pages import page
from web.problems import Refused

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/quality-results")
async def show_results(
    request: Request,
    principal: CurrentUser,
    asking: Asking,
    agent: Annotated[Text, Query()] = "",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> HTMLResponse:
    """Scores in their last version; agents see their own."""
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_score.read")
    wanted = ScoreFilter(agent=agent.strip() or None)
    try:
        rows = await asking.ask(partial(scores.scores, wanted=wanted, reach=reach, cursor=cursor))
    except UnknownCursorError:
        raise Refused(422, "This page of the list is none of ours.") from None
    asked = {"agent": agent} if agent else {}
    return page(
        request,
        "quality_results.html",
        rows=rows,
        agent=agent,
        of_others=reach.scope is not Scope.OWN,
        first_page=f"/quality-results?{urlencode(asked)}" if cursor else "",
        next_page=f"/quality-results?{urlencode({**asked, 'cursor': rows.next})}"
        if rows.next
        else "",
        show=Formats(settings.zone, principal.role),
    )


@router.get("/quality-results/{score_id}")
async def show_result(
    request: Request, score_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One score: each question, the comments with their moments, what was corrected."""
    return await _result(request, principal, asking, score_id, Typed({}))


@router.post("/quality-results/{score_id}/correct")
async def correct_result(
    request: Request, score_id: RowId, principal: Person, asking: Asking
) -> Response:
    """Add a corrected version."""
    form = await typed(request)
    try:
        fresh = await actions.correct(asking, principal, score_id, given_of(form, CorrectionInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _result(request, principal, asking, score_id, form, status=status)
    return RedirectResponse(f"/quality-results/{fresh.id}", status_code=303)


@router.post("/quality-results/{score_id}/appeal")
async def appeal(request: Request, score_id: RowId, principal: Person, asking: Asking) -> Response:
    """Appeal against a score of one's own work."""
    settings: Settings = request.app.state.settings
    form = await typed(request)
    try:
        await actions_appeals.appeal(asking, principal, settings, score_id, form.read(AppealInput))
    except Refused as refused:
        status = form.refuse(refused)
        return await _result(request, principal, asking, score_id, form, status=status)
    return RedirectResponse(f"/quality-results/{score_id}", status_code=303)


@router.get("/quality/agreement")
async def show_agreement(request: Request, principal: CurrentUser, asking: Asking) -> HTMLResponse:
    """How far inspectors agree about what two of them scored, blind."""
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_score.compare")
    one = await asking.ask(lambda c: comparing.compared(c, datetime.now(UTC), reach=reach))
    show = Formats(settings.zone, principal.role)
    return page(request, "quality_agreement.html", compared=one, show=show)


@router.get("/quality/sessions/{session_id}")
async def show_session(
    request: Request, session_id: RowId, principal: CurrentUser, asking: Asking
) -> HTMLResponse:
    """One calibration: take part; who has submitted sees what the others said."""
    settings: Settings = request.app.state.settings
    reach = reach_of(principal, "quality_score.compare")
    one = found(
        await asking.ask(
            lambda c: comparing.calibration(c, session_id, principal.number, reach=reach)
        ),
        "session",
    )
    used = next(((each.form_id, each.form_version) for each in one.scores.values()), None)
    published = await asking.ask(lambda c: forms.published(c, *used)) if used else None
    return page(
        request,
        "quality_session.html",
        one=one,
        form_used=published,
        may_join=may(principal, "quality_sample.work")
        and principal.account_id is not None
        and one.session.agent != principal.number
        and one.mine is None,
        show=Formats(settings.zone, principal.role),
    )


async def _result(
    request: Request,
    principal: Principal,
    asking: RequestDatabase,
    score_id: int,
    form: Typed,
    *,
    status: int = 200,
) -> HTMLResponse:
    settings: Settings = request.app.state.settings
    show = Formats(settings.zone, principal.role)
    one = await actions.visible(asking, principal, score_id, "quality_score.read")
    versions = await asking.ask(lambda c: scores.versions(c, one.item_id))
    against = await asking.ask(lambda c: appeals.of_item(c, one.item_id))
    until = may_appeal_until(versions[0].at, settings.quality_appeal_days)
    is_last = versions[-1].id == one.id
    return page(
        request,
        "quality_result.html",
        status=status,
        score=one,
        form_used=found(
            await asking.ask(lambda c: forms.published(c, one.form_id, one.form_version)), "form"
        ),
        versions=versions,
        appeal=against,
        until=until,
        may_appeal=_may_appeal(principal, one) and against is None and datetime.now(UTC) <= until,
        may_correct=may(principal, "quality_score.correct")
        and one.agent != principal.number
        and is_last
        and (against is None or against.outcome is not None),
        may_decide=may(principal, "quality_appeal.decide")
        and against is not None
        and against.outcome is None
        and principal.number not in {one.agent, *(each.scorer for each in versions)},
        may_note=may(principal, "quality_note.write") and one.agent != principal.number,
        may_open_call=may_open(principal, "/calls/{call_id}"),
        recordings=await recordings_of(asking, one.call_id),
        may_listen=may(principal, "recording.listen"),
        playable=PLAYABLE,
        reasons=ASKED_WHY,
        answers=_answers(form, versions[-1]),
        marks=mark_rows(form, shown(versions[-1].marks, show)),
        form=form,
        show=show,
    )


def _may_appeal(principal: Principal, one: Score) -> bool:
    mine = one.agent == principal.number and one.official
    return mine and may(principal, "quality_appeal.make")


def _answers(form: Typed, last: Score) -> dict[int, str]:
    kept = {key: answer.value for key, answer in last.answers.items()}
    return {key: form.shown(f"answer_{key}", value) for key, value in kept.items()}
