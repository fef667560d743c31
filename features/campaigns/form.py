"""Owns what is typed into the form of a campaign: what is asked of whom, when, how often. No
I/O.
"""

from datetime import time

from callflow.call import Language
from callflow.rules.questions import CALL_AGAIN, Kind, Question, Result
from callflow.rules.wall_clock import is_zone
from callflow.text import clean
from features.campaigns import plan as campaign_plan
from features.campaigns.contact import SPACING
from features.campaigns.lifecycle import Mode
from features.campaigns.queries import Campaign
from settings import Settings
from web.forms import Typed

OWN_QUESTIONS = 4
"""So many questions of one's own have a place in the form."""
ON = "on"
_OWN_FAULT = frozenset({"lines", "per_minute", "attempts", "preview"})


def filled(name: str, settings: Settings) -> dict[str, str]:
    """Return what stands in the form before anybody typed into it."""
    usual = Campaign(name="", kind=Kind.VISIT, questions=(), zone=settings.timezone)
    again = {
        f"again_{result.value}": f"{SPACING[result] / 60:g}" if result in SPACING else ""
        for result in campaign_plan.SPACED
    }
    return {
        "name": clean(name.rpartition(".")[0] or name, campaign_plan.LONGEST_NAME),
        "kind": Kind.VISIT.value,
        "mode": Mode.AUTOMATIC.value,
        "preview": str(campaign_plan.USUAL_PREVIEW_S),
        "language": settings.language,
        "opens": f"{usual.opens:%H:%M}",
        "closes": f"{usual.closes:%H:%M}",
        "lines": str(min(usual.lines, settings.lines_campaigns)),
        "per_minute": f"{usual.calls_per_second * 60:g}",
        "attempts": str(usual.max_attempts),
        **{f"ask_{name}": ON for name in campaign_plan.USUAL[Kind.VISIT]},
        **again,
    }


def wanted(form: Typed, settings: Settings) -> Campaign | None:
    """Return the campaign that was typed, or None and the faults in the form."""
    name = form.line("name", longest=campaign_plan.LONGEST_NAME, needed="campaign.fault_name")
    kind = form.choice("kind", [each.value for each in Kind], "campaign.fault_kind")
    form.choice("language", [each.value for each in Language], "campaign.fault_language")
    zone = form.line("zone", longest=64) or settings.timezone
    if not is_zone(zone):
        form.faults["zone"] = "campaign.fault_zone"
    opens, closes = _time(form, "opens"), _time(form, "closes")
    if opens and closes and not opens < closes:
        form.faults["closes"] = "campaign.fault_hours"
    lines = _number(form, "lines", 1, campaign_plan.MOST_LINES)
    per_minute = _number(form, "per_minute", 1, campaign_plan.FASTEST * 60)
    mode = form.shown("mode", Mode.AUTOMATIC)
    if mode not in list(Mode):
        form.faults["mode"] = "campaign.fault_mode"
    by_agents = mode == Mode.AGENT
    preview = _number(form, "preview", 0, campaign_plan.LONGEST_PREVIEW_S) if by_agents else 0
    attempts = _number(form, "attempts", 1, campaign_plan.MOST_ATTEMPTS)
    spacing = {result: _again(form, result) for result in campaign_plan.SPACED}
    questions = _questions(form, Kind(kind)) if kind in list(Kind) else ()
    if form.faults or opens is None or closes is None:
        return None
    return Campaign(
        name=name,
        kind=Kind(kind),
        mode=Mode(mode),
        preview_for=int(preview) if mode == Mode.AGENT else 0,
        questions=questions,
        zone=zone,
        opens=opens,
        closes=closes,
        on_weekends=form.shown("on_weekends") == ON,
        on_holidays=form.shown("on_holidays") == ON,
        max_attempts=int(attempts),
        spacing=campaign_plan.spacing_of(spacing),
        lines=int(lines),
        calls_per_second=per_minute / 60,
    )


def _questions(form: Typed, kind: Kind) -> tuple[Question, ...]:
    """Return what is asked: the words of a notice; ours that were chosen, then one's own."""
    if kind is Kind.NOTICE:
        zh = form.line("notice_zh", longest=campaign_plan.LONGEST_QUESTION)
        en = form.line("notice_en", longest=campaign_plan.LONGEST_QUESTION)
        return (campaign_plan.notice_of(zh, en),) if zh or en else campaign_plan.usual(kind)
    ours = [each for name, each in campaign_plan.OURS.items() if form.shown(f"ask_{name}") == ON]
    own = [found for place in range(1, OWN_QUESTIONS + 1) if (found := _own(form, place))]
    last = [each for each in ours if each.name == CALL_AGAIN]  # who says no has answered the rest
    asked = (*(each for each in ours if each not in last), *own, *last)
    if not asked:
        form.faults.setdefault("ask", "campaign.fault_ask")
    return asked


def _own(form: Typed, place: int) -> Question | None:
    zh = form.line(f"q{place}_zh", longest=campaign_plan.LONGEST_QUESTION)
    en = form.line(f"q{place}_en", longest=campaign_plan.LONGEST_QUESTION)
    keys = form.line(f"q{place}_keys", longest=10)
    if not (zh or en):
        if keys:
            form.faults[f"q{place}_zh"] = "campaign.fault_question"
        return None
    if not (keys.isascii() and keys.isdecimal()):
        form.faults[f"q{place}_keys"] = "campaign.fault_keys"
    return Question(name=f"q{place}", keys="".join(dict.fromkeys(keys)), zh=zh, en=en)


def _again(form: Typed, result: Result) -> float | None:
    """Return the minutes until somebody is called again; None: not after this result."""
    name = f"again_{result.value}"
    if not form.line(name, longest=8):
        return None
    return _number(form, name, 1, campaign_plan.LONGEST_SPACING_S / 60)


def _number(form: Typed, name: str, least: float, most: float) -> float:
    try:
        found = float(form.line(name, longest=8))
    except ValueError:
        found = -1.0
    if not least <= found <= most:
        form.faults.setdefault(name, f"campaign.fault_{name if name in _OWN_FAULT else 'again'}")
    return found


def _time(form: Typed, name: str) -> time | None:
    try:
        found = time.fromisoformat(form.line(name, longest=8))
    except ValueError:
        form.faults.setdefault(name, "campaign.fault_time")
        return None
    return found.replace(second=0, microsecond=0, tzinfo=None)
