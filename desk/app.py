"""Owns the putting together of the desk: routes, policy, problems, figures and the edge.

Nothing starts with a route that the policy does not name.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from desk import health
from desk.admission import admitted
from desk.api import calls, notice, recordings, state, tickets
from desk.archive import Archive, NotAnsweringError
from desk.edge import Edge, known_hosts
from desk.metrics import ExpositionCollector, Figures, ReportCollector, RoomCollector
from desk.policy import require_policy
from desk.problems import Problem, answer_with_problems, problem
from settings import Settings
from tickets.database import engine

VERSION = "1"
"""Of the API: `/api/v1`."""

CLOSING_S = 1.0
"""Seconds the database gets to let go of its connections at the end."""

RETRY_AFTER_S = 5

TAGS = [
    {"name": "calls", "description": "Calls, and what happened in them (ANS-4)."},
    {"name": "tickets", "description": "Tickets: complaints, suggestions, questions, faults."},
    {"name": "recordings", "description": "Recordings and their audio (ANS-5, QA-5)."},
    {"name": "notice", "description": "The outage notice in front of the hotline (QUE-6)."},
    {"name": "state", "description": "For machines that watch this one."},
]

about = APIRouter(tags=["state"])


@about.get("/openapi.json", include_in_schema=False)
async def show_description(request: Request) -> JSONResponse:
    """The description of this API."""
    app: FastAPI = request.app
    return JSONResponse(app.openapi())


def built(settings: Settings) -> FastAPI:
    """Return the application, not yet facing the network. Raises UnguardedError."""
    app = FastAPI(
        title="ThirdRing",
        version=VERSION,
        description="A telephone hotline: its calls, recordings, tickets and notices.",
        docs_url=None,  # these pages would load their scripts from elsewhere
        redoc_url=None,
        openapi_url=None,  # served by our own route, so that the policy covers it
        redirect_slashes=False,
        dependencies=[Depends(admitted)],
        generate_unique_id_function=_named,
        openapi_tags=TAGS,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.archive = Archive(engine(settings.database))
    app.state.figures = _figures(settings)
    for part in (calls, tickets, recordings, notice, state):
        app.include_router(part.router)
    app.include_router(about)
    require_policy(app.routes)
    answer_with_problems(app)
    app.add_exception_handler(NotAnsweringError, _database_away)
    _describe_problems(app)
    return app


def facing_the_network(app: FastAPI) -> Edge:
    """Return the application behind its edge."""
    settings: Settings = app.state.settings
    figures: Figures = app.state.figures
    hosts = known_hosts(settings.desk_address, settings.desk_hosts)
    return Edge(app, hosts=hosts, measured=figures.measured)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, object]]:
    yield {}
    archive: Archive = app.state.archive
    await archive.close(within=CLOSING_S)


def _named(route: APIRoute) -> str:
    """Name an operation as its function: clients are made from these names."""
    return route.name


def _figures(settings: Settings) -> Figures:
    figures = Figures()
    figures.registry.register(
        ReportCollector(
            partial(state.report, settings, "calls"), partial(state.report, settings, "ledger")
        )
    )
    left_behind = [settings.paths.run / "calls.prom", settings.paths.run / "ledger.prom"]
    figures.registry.register(ExpositionCollector(left_behind, now=time.time))
    figures.registry.register(RoomCollector(partial(health.free_bytes, settings.home)))
    return figures


async def _database_away(_request: Request, _error: Exception) -> JSONResponse:
    return problem(
        503,
        "The database does not answer; calls are answered all the same. Try again soon.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )


def _describe_problems(app: FastAPI) -> None:
    """Put the shape of a problem into the description; routes only refer to it."""
    plain = app.openapi

    def with_problems() -> dict[str, object]:
        described = plain()
        schemas = described.setdefault("components", {}).setdefault("schemas", {})
        template = "#/components/schemas/{model}"
        problem_schema = Problem.model_json_schema(ref_template=template)
        schemas.update(problem_schema.pop("$defs", {}))
        schemas["Problem"] = problem_schema
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return described

    app.openapi = with_problems  # type: ignore[method-assign]
