"""The figures that the floor shows to Prometheus, in a registry that the desk takes over."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY = CollectorRegistry()
"""Of their own: the process that has a floor shows them, tests may make many floors."""

_SOON = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)

LINK = Gauge("thirdring_floor_link", "1 while the desk hears Asterisk.", registry=REGISTRY)
STREAMS = Gauge("thirdring_live_streams", "Pages that are open.", registry=REGISTRY)
DROPPED = Counter(
    "thirdring_live_dropped", "Pages dropped because they did not read.", registry=REGISTRY
)
CONNECTIONS = Gauge(
    "thirdring_desk_connections", "Connections to the desk, whoever's.", registry=REGISTRY
)
CONNECTIONS_ENDED = Counter(
    "thirdring_desk_connections_ended",
    "Connections that were closed in favour of another, a stranger's or one that was known.",
    ("whose",),
    registry=REGISTRY,
)
STREAMS_REFUSED = Counter(
    "thirdring_live_refused", "Pages refused because their person has too many.", registry=REGISTRY
)
OFFER = Histogram(
    "thirdring_offer_seconds",
    "From Asterisk's word that a phone will ring to the event sent to the page.",
    buckets=_SOON,
    registry=REGISTRY,
)
POP = Histogram(
    "thirdring_pop_seconds",
    "From the INVITE to the caller's data in sight, as the page measured it.",
    buckets=_SOON,
    registry=REGISTRY,
)
STEPS = Counter(
    "thirdring_floor_steps",
    "Actions sent to Asterisk for agents and callers, by how they ended.",
    ("action", "end"),
    registry=REGISTRY,
)
