"""Prometheus metrics of the AGI server."""

from prometheus_client import Counter, Gauge

VISITS = Counter(
    "thirdring_agi_visits_total", "AGI visits that ended, by route and how.", ("route", "end")
)
DROPPED = Counter(
    "thirdring_agi_dropped_total", "AGI connections dropped before a visit began.", ("reason",)
)
VIOLATIONS = Counter("thirdring_agi_violations_total", "AGI peers that broke the protocol.")
VISITING = Gauge("thirdring_agi_visiting", "AGI visits under way.")
