"""The hand-over log is the staff's own words: only a mention of somebody is taken out."""

from db.holdings import Holdings
from features.handovers.tables import HandoverRow

HOLDINGS = Holdings(staff=(HandoverRow,))
