"""What the feed says of customers: ids only. With the customer whom an id names it says nobody."""

from db.holdings import Holdings
from features.event_feed.tables import FeedEventRow

HOLDINGS = Holdings(plain={FeedEventRow: ("what", "before", "after", "said")})
