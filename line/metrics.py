"""Prometheus metrics of the lines."""

from prometheus_client import Counter, Gauge, Histogram

LINES = Gauge("thirdring_lines_open", "Lines whose audio is with the call service")
STRANGERS = Counter(
    "thirdring_line_strangers",
    "Connections to the line port that were turned away",
    ["reason"],
)
VAD_FAILURES = Counter(
    "thirdring_line_vad_failures", "Ticks of 20 ms in which voice activity detection failed"
)
SECOND_OPINIONS = Counter(
    "thirdring_line_second_opinions",
    "Lines that were heard once more before SIL-1 hangs up, by what was found",
    ["found"],
)
LATENESS = Histogram(
    "thirdring_line_lateness_seconds",
    "How late a tick of 20 ms began",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0),
)
