"""Registers departments."""

from features.departments import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("settings", "/departments", "departments", 83),),
    tags={"departments": "Departments that tickets are dispatched to (TKT-3)."},
    audited=("department.saved",),
)
