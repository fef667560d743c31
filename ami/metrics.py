"""Prometheus metrics of the AMI link."""

from prometheus_client import Counter, Gauge

CONNECTED = Gauge("thirdring_ami_connected", "1 while the link to Asterisk is up.")
LOSSES = Counter("thirdring_ami_losses_total", "AMI links that were lost.")
LATENESS = Gauge("thirdring_ami_event_lateness_seconds", "How late Asterisk's events come.")
EVENTS = Counter("thirdring_ami_events_total", "Events taken in, by kind.", ("kind",))
REFUSED = Counter("thirdring_ami_refused_total", "AMI messages kept from everybody.", ("reason",))
ACTIONS = Counter(
    "thirdring_ami_actions_total", "Actions by name and how they ended.", ("action", "end")
)
FAILED = Counter("thirdring_ami_consumer_failures_total", "Errors in consumers of events.")
