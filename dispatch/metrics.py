"""Prometheus metrics of the dispatcher."""

from prometheus_client import Counter, Gauge, Histogram

LINES = Gauge("thirdring_dispatch_lines", "Lines on which we ring or talk to somebody")
LATENESS = Histogram(
    "thirdring_dispatch_late_seconds",
    "From the moment at which somebody should be rung to our word to Asterisk",
    ["purpose"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
ALARMS = Counter(
    "thirdring_dispatch_alarms", "Times that nobody was reached and the desk was told to see to it"
)
FAILURES = Counter("thirdring_dispatch_failures", "Turns of the dispatcher's loop that failed")
TRUNK_UP = Gauge("thirdring_trunk_up", "1 while a trunk is well, 0 while it is ill", ["trunk"])
TRUNK_REFUSALS = Counter(
    "thirdring_trunk_refusals",
    "Calls that a trunk itself refused or was silent to, by SIP status (0: no channel)",
    ["trunk", "status"],
)
NOT_ALLOWED = Counter(
    "thirdring_dispatch_not_allowed", "Calls that the guard against toll fraud refused", ["why"]
)
SPENT = Gauge("thirdring_dispatch_spent", "What our calls of today cost, by dial_tariffs")
SPENDING_STOPPED = Gauge(
    "thirdring_dispatch_spending_stopped", "1 while nobody outside is rung: dial_spend is used up"
)


def refused_by_trunk(name: str, status: int) -> None:
    """Count a call that a trunk itself did not take."""
    TRUNK_REFUSALS.labels(name, str(status)).inc()
