"""Registers reports."""

from features.reports import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("floor", "/reports", "reports", 35),),
    tags={"reports": "Figures of periods, made by themselves and never edited (RPT-1, RPT-2)."},
    audited=("report.list", "report.read", "report.made", "report.corrected", "report.printed"),
)
