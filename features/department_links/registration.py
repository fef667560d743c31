"""Registers links to departments."""

from features.department_links import api, pages
from web.registration import Feature

FEATURE = Feature(
    routers=(api.router, pages.router),
    tags={"department-links": "Links in e-mails, by which departments answer (TKT-3)."},
    audited=("department_link.sent", "department_link.withdrawn", "department_link.read"),
)
