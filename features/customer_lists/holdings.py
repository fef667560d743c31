"""Wrong rows of lists of customers: they go after thirty days; before, a mention is taken out."""

from db.holdings import Holdings
from features.customer_lists.tables import CustomerImportFaultRow, CustomerImportRow

HOLDINGS = Holdings(
    plain={
        CustomerImportRow: ("by", "known"),
        CustomerImportFaultRow: ("why", "cell"),
    },
    mentions={
        CustomerImportRow: ("name", "columns", "remarks", "fault"),
        CustomerImportFaultRow: ("given", "cells"),
    },
)
