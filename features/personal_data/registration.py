"""Registers people's rights."""

from features.personal_data import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(
        api.router,
        pages.router,
    ),
    pages=(NavPage("settings", "/personal-data", "personal_data", 118),),
    tags={"personal data": "What we hold of one person: shown, given out, erased (PIPL)."},
    audited=(
        "personal_data.looked",
        "personal_data.export",
        "personal_data.erase",
        "personal_data.consent",
    ),
)
