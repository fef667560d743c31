"""Permissions of the search box: everybody, for what their own pages show."""

from permissions.declaring import Permissions
from permissions.roles import EVERYONE
from permissions.scopes import everything

PERMISSIONS = Permissions(
    verbs={"search.read": everything(EVERYONE)},
    routes={"GET /search": "search.read", "GET /api/v1/search": "search.read"},
    looks={
        "GET /search": "search.asked",
        "GET /api/v1/search": "search.asked",
    },
)
