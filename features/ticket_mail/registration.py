"""Registers the letters of tickets."""

from features.ticket_mail import api, pages, queries
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(api.router, pages.router),
    pages=(NavPage("tickets", "/mail", "mail", 44, queries.count_for_people),),
    tags={"mail": "Letters to us and from us (TKT-10)."},
    audited=(
        "mail.came",
        "mail.read",
        "mail.queue",
        "mail.answered",
        "mail.decided",
        "mail.attachment",
    ),
)
