"""The desk's application: routes, permissions, errors, metrics and middleware.

Features bring their routes (`web/registration.py`). Nothing starts with a route that nobody
declares.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.datastructures import State
from starlette.exceptions import HTTPException

from authentication import known_browser as device
from authentication import sealing_up
from authentication.known_browser import Marks
from authentication.oidc import Provider
from authentication.passwords import Passwords
from authentication.sealing import Seals
from authentication.sign_in import SignIn
from db.bounded import Database, DatabaseTimeoutError
from db.engine import engine
from features.call_recordings.waveforms import Waveforms
from floor import assembly as opening
from floor.connection_limiter import ConnectionLimiter
from floor.floor import Floor
from floor.metrics import REGISTRY
from monitoring import health
from monitoring.metrics import ExpositionCollector, Figures, ReportCollector, RoomCollector
from permissions.roles import LEADERS
from permissions.routes import require_policy
from recordings.convert import Encoder
from settings import Settings
from web import assets_route as routes_assets
from web import change_feed, due_counts, home, live, monitoring
from web import components as routes_components
from web.assets import Assets
from web.current_user import admitted, secret_of
from web.edge import Edge, known_hosts
from web.error_pages import by_a_person, refused, sentence, wrongly_asked
from web.problems import Problem, answer_with_problems, problem
from web.registration import features

VERSION = "1"
"""Of the API: `/api/v1`."""

CLOSING_S = 1.0
"""Seconds the database gets to let go of its connections at the end."""

RETRY_AFTER_S = 5

TAGS = {
    "live": "Events to open pages, as they happen.",
    "state": "For machines that watch this one.",
}
"""Of the routes that no feature brings."""

about = APIRouter(tags=["state"])


@about.get("/openapi.json", include_in_schema=False)
async def show_description(request: Request) -> JSONResponse:
    """The description of this API."""
    app: FastAPI = request.app
    return JSONResponse(app.openapi())


SHARED = (
    live.router,
    monitoring.router,
    due_counts.router,
    about,
    routes_assets.router,
    home.router,
    routes_components.router,
)
"""The routes that no feature brings."""


def built(settings: Settings) -> FastAPI:
    """Return the application, not yet facing the network. Raises UnguardedError."""
    return furnished(wired(), settings)


def wired() -> FastAPI:
    """Return the application without anything behind its routes. Raises UnguardedError."""
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
        openapi_tags=_tags(),
        lifespan=_lifespan,
    )
    for router in (*SHARED, *(one for each in features().values() for one in each.routers)):
        app.include_router(router)
    require_policy(app.routes)
    answer_with_problems(app)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, wrongly_asked)
    app.add_exception_handler(DatabaseTimeoutError, _database_away)
    _describe_problems(app)
    for each in features().values():
        each.install(app)
    return app


def furnished(app: FastAPI, settings: Settings) -> FastAPI:
    """Put what the routes work with behind them: database, floor, sign-in."""
    app.state = State()
    app.state.settings = settings
    app.state.database = Database(engine(settings.database))
    app.state.figures = _figures(settings)
    app.state.assets = Assets(settings.cache / "web")
    app.state.waveforms = Waveforms(settings)
    app.state.due = due_counts.Counted()
    app.state.encoder = Encoder()
    app.state.floor = opening.opened(settings, records=app.state.database, leaders=LEADERS)
    marks = Marks(device.key(settings.paths.device_key))
    seals = Seals(settings.paths.sealing_key)
    app.state.sign_in = SignIn(app.state.database, Passwords(), marks, seals)
    app.state.provider = Provider(settings)
    app.state.connection_limiter = ConnectionLimiter(
        at_work=partial(_on_duty, app.state.floor), proxies=settings.proxies
    )
    return app


def facing_the_network(app: FastAPI) -> Edge:
    """Return the application behind its edge."""
    settings: Settings = app.state.settings
    figures: Figures = app.state.figures
    hosts = known_hosts(settings.desk_address, settings.desk_hosts)
    switch = partial(_web_socket, settings.paths.ports)
    return Edge(
        app,
        hosts=hosts,
        measured=figures.measured,
        switch=switch,
        proxies=settings.proxies,
        secret=secret_of,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, object]]:
    floor: Floor = app.state.floor
    database: Database = app.state.database
    await app.state.provider.prepare()
    running = {
        asyncio.create_task(floor.run()),
        asyncio.create_task(sealing_up.settle(database, app.state.sign_in.seals)),
        *(
            asyncio.create_task(change_feed.watch(feed, database, floor))
            for feature in features().values()
            for feed in feature.change_feeds
        ),
        *(
            asyncio.create_task(each(app))
            for feature in features().values()
            for each in feature.runs
        ),
    }
    yield {}
    for task in running:
        task.cancel()
    await asyncio.wait(running, timeout=CLOSING_S)
    await database.close(within=CLOSING_S)
    app.state.waveforms.hearing.close()


def _tags() -> list[dict[str, str]]:
    every = [each.tags for each in features().values()] + [TAGS]
    return [{"name": name, "description": said} for tags in every for name, said in tags.items()]


def _named(route: APIRoute) -> str:
    """Name an operation as its function: clients are made from these names."""
    return route.name


def _figures(settings: Settings) -> Figures:
    figures = Figures()
    figures.registry.register(REGISTRY)
    figures.registry.register(
        ReportCollector(
            partial(monitoring.report, settings, "calls"),
            partial(monitoring.report, settings, "ledger"),
        )
    )
    left_behind = [settings.paths.run / f"{name}.prom" for name in ("calls", "ledger", "dispatch")]
    figures.registry.register(ExpositionCollector(left_behind, now=time.time))
    figures.registry.register(
        RoomCollector(
            partial(health.free_bytes, settings.home), partial(health.filled_percent, settings.home)
        )
    )
    return figures


def _web_socket(ports: Path) -> int | None:
    """Return the port of the switch's web socket, None while there is none."""
    try:
        found = json.loads(ports.read_text()).get("ws")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, int) else None


async def _database_away(request: Request, _error: Exception) -> Response:
    again = {"Retry-After": str(RETRY_AFTER_S)}
    if by_a_person(request):
        answer = sentence(request, 503)
        answer.headers.update(again)
        return answer
    said = "The database does not answer; calls are answered all the same. Try again soon."
    return problem(503, said, headers=again)


def _on_duty(floor: Floor, account_id: int) -> bool:
    return any(one.account_id == account_id for one in floor.live_state.agents.values())


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
