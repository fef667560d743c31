"""Registers figures."""

from features.report_figures import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(
        NavPage("floor", "/agent-days", "agent_days", 37),
        NavPage("floor", "/traffic", "traffic", 38),
        NavPage("floor", "/staffing", "staffing", 39),
    ),
    tags={"figures": "Traffic, staffing, each agent's own day, as counted by now (RPT-3)."},
)
