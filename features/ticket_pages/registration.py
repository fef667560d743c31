"""Registers the pages of tickets."""

from features.ticket_clocks import queries as clocks
from features.ticket_pages import pages, pages_list, pages_work
from features.tickets import queries as tickets
from web.registration import Feature, NavPage

FEATURE = Feature(
    routers=(pages_work.router, pages_list.router, pages.router),
    pages=(
        NavPage("tickets", "/my-work", "my_work", 22),
        NavPage("tickets", "/department-work", "department_work", 23),
        NavPage("tickets", "/tickets", "tickets", 24),
        NavPage("tickets", "/ticket-reviews", "ticket_reviews", 25, tickets.count_to_review),
        NavPage("tickets", "/ticket-clocks", "ticket_clocks", 26, clocks.count_overdue),
    ),
)
