"""Routes for monitoring: `/health` and `/metrics`."""

import time

from fastapi import APIRouter, Request, Response

from db.bounded import Database
from monitoring import health, reports
from monitoring.health import Health, State
from monitoring.metrics import CONTENT_TYPE, Figures
from monitoring.reports import Report
from settings import Settings
from web.problems import documented

router = APIRouter(tags=["state"])


@router.get(
    "/health",
    responses={
        503: {"model": Health, "description": "A part that is here is ill."},
        **documented(401, 403),
    },
)
async def show_health(request: Request, response: Response) -> Health:
    """Which part is ill: calls, link to Asterisk, ledger, dispatch, trunks, mail, disk …

    Needs no token from this machine itself. 200 when calls are answered and this desk works, also
    when a trunk, the mailbox, a webhook or the storage of recordings is ill or the day's money is
    spent (`impaired`): no other desk would do better. 503 when anything else is ill.
    """
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    calls = report(settings, "calls")
    found = health.whole(
        {
            "asterisk": health.of_asterisk(calls),
            "calls": health.of_calls(calls),
            "ledger": health.of_ledger(report(settings, "ledger")),
            "dispatch": health.of_dispatch(report(settings, "dispatch")),
            "trunk": health.of_trunks(report(settings, "dispatch")),
            "spending": health.of_spending(report(settings, "dispatch")),
            "mail": health.of_mail(report(settings, "ledger")),
            "webhooks": health.of_webhooks(report(settings, "ledger")),
            "recordings": health.of_recordings(report(settings, "ledger")),
            "database": await health.of_database(database),
            "disk": health.of_disk(
                settings.home, early=settings.disk_early, late=settings.disk_late
            ),
        }
    )
    response.status_code = 503 if found.state is State.ILL else 200
    return found


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"description": "Prometheus' text format.", "content": {"text/plain": {}}},
        **documented(401, 403),
    },
)
async def show_metrics(request: Request) -> Response:
    """All figures, for Prometheus. Needs no token from this machine itself."""
    figures: Figures = request.app.state.figures
    return Response(figures.text(), media_type=CONTENT_TYPE)


def report(settings: Settings, program: str) -> Report | None:
    """Return what a program last said about itself."""
    return reports.read(settings.paths.run / f"{program}.json", now=time.time())
