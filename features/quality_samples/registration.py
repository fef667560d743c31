"""Registers what is drawn for inspection, and the work list."""

from features.quality_samples import api, pages, queries
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("floor", "/quality", "quality", 31, queries.count_open),),
    audited=(
        "quality_draw.made",
        "quality_item.taken",
        "quality_item.given_back",
        "quality_item.heard",
        "quality_sample.work.refused",
        "quality_sample.read.refused",
        "quality_session.made",
        "quality_session.joined",
    ),
)
