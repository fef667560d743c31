"""Prometheus metrics: the desk's own, and those that the other programs report.

Every metric is explained in `docs/api.md`. No label holds anything a caller or token could choose.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from monitoring.reports import STALE_S, Report

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


@dataclass(frozen=True, slots=True)
class Reported:
    """A figure that another program writes into its report."""

    metric: str
    field: str
    says: str
    counts: bool = False
    """Whether it only ever grows (a Prometheus counter)."""


OF_CALLS = (
    Reported("thirdring_dialogues", "dialogues", "Dialogues with callers now."),
    Reported("thirdring_lines", "lines", "Lines that are listened to now."),
    Reported("thirdring_asterisk_link", "ami", "1 while the link to Asterisk stands."),
)
"""What is taken from the call service's report."""

OF_LEDGER = (
    Reported("thirdring_ledger_lag_seconds", "lag_s", "How far rows are behind what happened."),
    Reported("thirdring_ledger_unread_bytes", "unread_bytes", "Journals not read yet."),
    Reported("thirdring_ledger_open_calls", "open_calls", "Calls that have not ended."),
    Reported(
        "thirdring_ledger_waiting_recordings", "waiting_recordings", "Recordings not taken in yet."
    ),
    Reported("thirdring_ledger_events", "events_total", "Events kept.", counts=True),
    Reported("thirdring_ledger_rejects", "rejects_total", "Lines not understood.", counts=True),
    Reported("thirdring_ledger_calls", "calls_total", "Writes of a call's row.", counts=True),
    Reported(
        "thirdring_ledger_silent_talks",
        "silent_talks_total",
        "Talks in which nothing of the agent was recorded.",
        counts=True,
    ),
    Reported("thirdring_ledger_recordings", "recordings_total", "Recordings kept.", counts=True),
    Reported("thirdring_ledger_tickets", "tickets_total", "Tickets opened.", counts=True),
    Reported("thirdring_mail_in_reached", "mail_in_reached", "1 while the mailbox can be read."),
    Reported("thirdring_mail_out_reached", "mail_out_reached", "1 while letters can be sent."),
    Reported("thirdring_mail_letters", "mail_letters_total", "Letters kept.", counts=True),
    Reported("thirdring_mail_sent", "mail_sent_total", "Letters sent.", counts=True),
    Reported("thirdring_mail_waiting", "mail_waiting", "Letters that a person must decide about."),
    Reported(
        "thirdring_webhooks_failed", "webhooks_failed", "Webhooks that a person decides about."
    ),
    Reported("thirdring_webhooks_sent", "webhooks_sent_total", "Events delivered.", counts=True),
    Reported(
        "thirdring_recording_copies_waiting",
        "recording_copies_waiting",
        "Copies of recordings that are to be made or destroyed.",
    ),
    Reported(
        "thirdring_recording_copies_failing",
        "recording_copies_failing",
        "Those of them of which the last try failed.",
    ),
    Reported(
        "thirdring_recording_copies",
        "recording_copies_total",
        "Copies of recordings made and proven.",
        counts=True,
    ),
    Reported("thirdring_ledger_failures", "failures_total", "Turns to try again.", counts=True),
)
"""What is taken from the ledger's report; it counts from the ledger's own start."""


class Figures:
    """The desk's own figures and the way to all of them."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "thirdring_desk_requests",
            "Requests answered, by method, route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "thirdring_desk_request_seconds",
            "How long answers took, until their last byte.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )

    def measured(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `method` is taken only where a route takes it."""
        known = method if method in {"GET", "PUT", "DELETE"} else "other"
        self.requests.labels(known, route, str(status)).inc()
        self.seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self.registry)


class ReportCollector(Collector):
    """Turns reports into figures when they are asked for; a stale report gives none."""

    def __init__(
        self, calls: Callable[[], Report | None], ledger: Callable[[], Report | None]
    ) -> None:
        self._sources = (("calls", calls, OF_CALLS), ("ledger", ledger, OF_LEDGER))

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily("thirdring_up", "1 while a program reports.", labels=["program"])
        found: list[Metric] = [up]
        for program, read, figures in self._sources:
            report = read()
            fresh = report is not None and report.fresh
            up.add_metric([program], float(fresh))
            if report is not None and fresh:
                found += [metric for each in figures if (metric := _metric(each, report))]
        return found


def _metric(each: Reported, report: Report) -> Metric | None:
    value = report.number(each.field)
    if value is None:
        return None
    if each.counts:
        return CounterMetricFamily(each.metric, each.says, value=value)
    return GaugeMetricFamily(each.metric, each.says, value=value)


class ExpositionCollector(Collector):
    """Passes on the metrics that a program leaves in a file beside its report, in the same format.

    Only ours are taken (`thirdring_…`): every process has the same `python_…` and `process_…`.
    """

    def __init__(self, files: Sequence[Path], *, now: Callable[[], float]) -> None:
        self._files = files
        self._now = now

    def collect(self) -> Iterable[Metric]:
        return [metric for file in self._files for metric in self._of(file)]

    def _of(self, file: Path) -> list[Metric]:
        try:
            if self._now() - file.stat().st_mtime > STALE_S:
                return []
            found = list(text_string_to_metric_families(file.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return []
        return [
            metric
            for metric in found
            if metric.name.startswith("thirdring_") and not metric.name.endswith("_created")
        ]


class RoomCollector(Collector):
    """Gives the free space of the home, and how full its disk is."""

    def __init__(self, free: Callable[[], int], percent: Callable[[], float]) -> None:
        self._free = free
        self._percent = percent

    def collect(self) -> Iterable[Metric]:
        try:
            free, percent = self._free(), self._percent()
        except OSError:
            return []
        return [
            GaugeMetricFamily("thirdring_disk_free_bytes", "Room left in the home.", value=free),
            GaugeMetricFamily(
                "thirdring_disk_used_percent", "How full the disk of the home is.", value=percent
            ),
        ]
