"""Registers judgements of calls."""

from features.call_judgements import api, pages
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("floor", "/judgements", "judgements", 63),),
    tags={"judgements": "How calls are judged by the clauses of the rules (QA-2, QA-3)."},
    audited=("judgement.list", "judgement.read", "judgement.read.refused"),
)
