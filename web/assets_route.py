"""Route of the built scripts and styles, which need no sign-in."""

from typing import Annotated

from fastapi import APIRouter, Header, Path, Request, Response

from web.assets import Assets, NotBuiltError
from web.problems import Refused

router = APIRouter(include_in_schema=False)

KEEP = "public, max-age=31536000, immutable"
"""A year: the name changes with the content."""


@router.get("/static/{built}")
async def fetch_asset(
    request: Request,
    built: Annotated[str, Path(max_length=100)],
    accept_encoding: Annotated[str, Header()] = "",
) -> Response:
    """One built file."""
    assets: Assets = request.app.state.assets
    try:
        asset = assets.find(built, accept_encoding)
    except NotBuiltError:
        asset = None
    if asset is None:
        raise Refused(404, "There is no such file.")
    headers = {"Cache-Control": KEEP, "Vary": "Accept-Encoding"}
    if asset.encoding:
        headers["Content-Encoding"] = asset.encoding
    return Response(asset.body, media_type=asset.media_type, headers=headers)
