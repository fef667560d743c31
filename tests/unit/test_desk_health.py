"""Which part is said to be ill, from what the programs report of themselves."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.call_recordings.audio import OutsideError, Span, span
from full_disk import FULL_BYTES, LOW_BYTES
from monitoring import health, reports
from monitoring.health import LAG_S, State, whole
from monitoring.metrics import ExpositionCollector, ReportCollector
from monitoring.reports import STALE_S, Report
from web.edge import known_hosts

NOW = 1_795_300_000.0


def _report(age_s: float = 0.5, **fields: object) -> Report:
    return Report(age_s, fields)


@pytest.mark.parametrize(
    ("report", "calls", "asterisk"),
    [
        (None, "ill", "ill"),
        (_report(STALE_S + 0.1, ami=True), "ill", "ill"),
        (_report(ami=False), "ok", "ill"),
        (_report(), "ok", "ill"),
        (_report(ami=True), "ok", "ok"),
    ],
)
def test_the_call_service_and_its_link(report: Report | None, calls: str, asterisk: str) -> None:
    assert health.of_calls(report).state == calls
    assert health.of_asterisk(report).state == asterisk


@pytest.mark.parametrize(
    ("report", "state"),
    [
        (None, "ill"),
        (_report(STALE_S + 0.1, lag_s=0.0), "ill"),
        (_report(lag_s=LAG_S + 1), "ill"),
        (_report(lag_s=LAG_S), "ok"),
        (_report(), "ok"),
    ],
)
def test_a_ledger_that_is_behind_is_ill(report: Report | None, state: str) -> None:
    assert health.of_ledger(report).state == state


def test_a_disk_that_cannot_be_looked_at_is_ill(tmp_path: Path) -> None:
    assert health.of_disk(tmp_path / "gone").state is State.ILL


def test_a_disk_that_is_nearly_full_is_ill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "free_bytes", lambda _: LOW_BYTES - 1)
    assert health.of_disk(tmp_path).says == "Only 511 MiB are left for recordings."
    monkeypatch.setattr(health, "free_bytes", lambda _: LOW_BYTES)
    assert health.of_disk(tmp_path).state is State.WELL
    monkeypatch.setattr(health, "free_bytes", lambda _: FULL_BYTES - 1)
    assert "The disk is full: calls go on" in health.of_disk(tmp_path).says


@pytest.mark.parametrize(
    ("percent", "says"),
    [
        (79.9, "There is room for recordings."),
        (80.0, "The disk is 80 per cent full: make room soon."),
        (90.0, "The disk is 90 per cent full: make room today."),
    ],
)
def test_a_filling_disk_is_told_of_before_it_is_ill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, percent: float, says: str
) -> None:
    monkeypatch.setattr(health, "free_bytes", lambda _: LOW_BYTES)
    monkeypatch.setattr(health, "filled_percent", lambda _: percent)
    found = health.of_disk(tmp_path, early=80, late=90)
    assert (found.state, found.says) == (State.WELL, says)
    assert health.of_disk(tmp_path).says == "There is room for recordings.", "0: never"
    monkeypatch.setattr(health, "free_bytes", lambda _: LOW_BYTES - 1)
    assert health.of_disk(tmp_path, early=80, late=90).state is State.ILL


def test_one_ill_part_makes_the_whole_ill() -> None:
    well, ill = health.of_ledger(_report()), health.of_ledger(None)
    assert whole({"a": well, "b": well}).state is State.WELL
    assert whole({"a": well, "b": ill}).state is State.ILL


def test_a_trunk_that_is_ill_takes_no_desk_out_of_service() -> None:
    """Callers are answered all the same, and another desk has the same trunk."""
    well, ill = health.of_ledger(_report()), health.of_ledger(None)
    found = whole({"a": well, "trunk": ill})
    assert (found.state, found.parts["trunk"].state) == (State.IMPAIRED, State.ILL)
    assert whole({"a": ill, "trunk": ill}).state is State.ILL


def test_money_that_is_spent_takes_no_desk_out_of_service() -> None:
    spent = _report(spending_stopped=True)
    parts = {"dispatch": health.of_dispatch(spent), "spending": health.of_spending(spent)}
    assert [part.state for part in parts.values()] == [State.WELL, State.ILL]
    assert whole(parts).state is State.IMPAIRED
    assert health.of_spending(None).state is State.WELL


def test_a_report_is_read_with_its_age(tmp_path: Path) -> None:
    file = tmp_path / "calls.json"
    file.write_text(json.dumps({"at": NOW - 2, "lines": 3, "ami": True, "who": "x"}))
    report = reports.read(file, now=NOW)
    assert report is not None
    assert (report.age_s, report.fresh) == (2.0, True)
    assert (report.number("lines"), report.number("ami")) == (3.0, 1.0)
    assert report.number("who") is None


@given(st.binary(max_size=100))
def test_a_torn_report_is_none(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "torn.json"
    file.write_bytes(content)
    assert reports.read(file, now=NOW) is None


def test_a_program_that_is_silent_has_no_figures() -> None:
    stale = ReportCollector(lambda: _report(STALE_S + 1, lines=3), lambda: None)
    assert [metric.name for metric in stale.collect()] == ["thirdring_up"]
    fresh = ReportCollector(lambda: _report(lines=3), lambda: _report(events_total=7))
    values = {metric.name: metric.samples[0].value for metric in fresh.collect()}
    assert values["thirdring_lines"] == 3.0
    assert values["thirdring_ledger_events"] == 7.0


def test_what_a_program_leaves_is_passed_on(tmp_path: Path) -> None:
    file = tmp_path / "calls.prom"
    file.write_text("# TYPE thirdring_x gauge\nthirdring_x 2.0\npython_info 1.0\n")
    left = file.stat().st_mtime
    fresh = ExpositionCollector([file, tmp_path / "none.prom"], now=lambda: left)
    assert [metric.name for metric in fresh.collect()] == ["thirdring_x"]
    stale = ExpositionCollector([file], now=lambda: left + STALE_S + 1)
    assert list(stale.collect()) == []
    file.write_text("thirdring_x {{{")
    assert list(ExpositionCollector([file], now=lambda: left).collect()) == []


@given(st.text(max_size=30) | st.from_regex(r"bytes=\d{0,6}-\d{0,6}"), st.integers(0, 10**6))
def test_a_part_always_lies_within_the_file(asked: str, size: int) -> None:
    try:
        part = span(asked, size)
    except OutsideError:
        return
    if part is not None:
        assert 0 <= part.first <= part.last < size
        assert part == Span(part.first, part.last, size)


def test_the_desk_knows_its_own_names() -> None:
    known = known_hosts("0.0.0.0", "Desk.example, ring.example")
    assert {"desk.example", "ring.example", "localhost", "127.0.0.1"} <= known
    assert "" not in known


@pytest.mark.parametrize(
    ("found", "state", "says"),
    [
        ("0108", "ok", "answers"),
        ("0107", "ill", "are brought up to date to 0108"),
        (None, "ill", "not there"),
        ("0109", "ill", "newer version (0109; this one knows 0108)"),
    ],
)
def test_tables_of_another_version_are_said(found: str | None, state: str, says: str) -> None:
    part = health.of_tables(found, "0108")
    assert part.state == state
    assert says in part.says


def test_copies_of_recordings_that_cannot_be_made_are_told_and_take_no_desk_out() -> None:
    assert health.of_recordings(None).state is State.WELL
    assert health.of_recordings(_report(recording_copies_failing=0)).state is State.WELL
    failed = health.of_recordings(
        _report(
            recording_copies_failing=2,
            recording_copies_waiting=9,
            recording_copies_why="the storage does not answer",
        )
    )
    assert failed.state is State.ILL
    assert failed.says.startswith("2 copies of recordings could not be made, 9 wait: the storage")
    assert whole({"recordings": failed}).state is State.IMPAIRED


def test_a_webhook_that_failed_is_told_and_takes_no_desk_out() -> None:
    assert health.of_webhooks(None).state is State.WELL
    assert health.of_webhooks(_report(webhooks_failed=0)).state is State.WELL
    failed = health.of_webhooks(_report(webhooks_failed=2))
    assert failed.state is State.ILL
    assert failed.says.startswith("2 webhooks")
    assert whole({"webhooks": failed}).state is State.IMPAIRED
