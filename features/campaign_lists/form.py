"""The form of a new campaign, read as the API's input. No I/O."""

from typing import Final

from callflow.rules.questions import CALL_AGAIN, Kind
from callflow.text import clean
from features.campaigns import plan as campaign_plan
from features.campaigns.contact import SPACING
from features.campaigns.given import CampaignInput
from features.campaigns.lifecycle import Mode
from features.campaigns.plan import SPACED
from features.campaigns.queries import Campaign
from settings import Settings
from web.forms import FieldPath, Typed
from web.problems import Refused

OWN_QUESTIONS = 4
"""So many questions of one's own have a place in the form."""
ON = "on"
HEARD: Final = "heard"
"""The name of a notice's only question."""


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


def wanted(form: Typed, list_id: str) -> CampaignInput:
    """Return what was typed as the API would be asked. Raises Refused; the form has the faults."""
    kind = form.shown("kind")
    by_agents = form.shown("mode", Mode.AUTOMATIC) == Mode.AGENT
    questions = _notice(form) if kind == Kind.NOTICE else _questions(form)
    given = {
        "list_id": list_id,
        "name": form.shown("name"),
        "kind": kind,
        "mode": form.shown("mode", Mode.AUTOMATIC),
        "preview_for": form.shown("preview") if by_agents else 0,
        "questions": questions,
        "language": form.shown("language"),
        "zone": form.shown("zone").strip() or None,
        "opens": form.shown("opens"),
        "closes": form.shown("closes"),
        "on_weekends": form.shown("on_weekends") == ON,
        "on_holidays": form.shown("on_holidays") == ON,
        "lines": form.shown("lines"),
        "calls_per_second": _times(form.shown("per_minute"), 1 / 60),
        "max_attempts": form.shown("attempts"),
        "spacing": _spacing(form),
    }

    def place(where: FieldPath) -> str:
        match where:
            case ("questions", int(which), str(part), *_):
                return (
                    f"{_FORM_NAMES.get(questions[which]['name'], questions[which]['name'])}_{part}"
                )
            case ("spacing", result, *_):
                return f"again_{result}"
            case (name, *_):
                return _FORM_NAMES.get(str(name), str(name))
        return ""

    found = form.judged(CampaignInput, given, place)
    if form.faults:
        raise Refused(422, "The form is wrong.", faults=form.faults)
    return found


_FORM_NAMES: Final = {
    "preview_for": "preview",
    "calls_per_second": "per_minute",
    "max_attempts": "attempts",
    "questions": "ask",
    HEARD: "notice",
}
"""The form's names for fields of the model, where they differ."""


def _notice(form: Typed) -> list[dict[str, str]]:
    """Return the words of a notice; none: those that come with the project."""
    zh, en = form.shown("notice_zh"), form.shown("notice_en")
    heard = {"name": HEARD, "keys": campaign_plan.HEARD, "zh": zh, "en": en}
    return [heard] if zh.strip() or en.strip() else []


def _questions(form: Typed) -> list[dict[str, str]]:
    """Return ours that were chosen, then one's own; who says no to more calls has answered all."""
    ours = [name for name in campaign_plan.OURS if form.shown(f"ask_{name}") == ON]
    own = [found for which in range(1, OWN_QUESTIONS + 1) if (found := _own(form, f"q{which}"))]
    last = [name for name in ours if name == CALL_AGAIN]
    first = [name for name in ours if name not in last]
    asked = [*({"name": name} for name in first), *own, *({"name": name} for name in last)]
    if not asked:  # a program that names none wants the usual ones; a person has seen the boxes
        form.faults["ask"] = "campaign.fault_ask"
    return asked


def _own(form: Typed, name: str) -> dict[str, str] | None:
    said = {part: form.shown(f"{name}_{part}").strip() for part in ("keys", "zh", "en")}
    return {"name": name, **said} if any(said.values()) else None


def _spacing(form: Typed) -> dict[str, object]:
    """Return the seconds until somebody is called again, by result; none: not after it."""
    usual = {result.value: each for result, each in SPACING.items() if result not in SPACED}
    typed = {result.value: form.shown(f"again_{result.value}").strip() for result in SPACED}
    return usual | {result: _times(text, 60) for result, text in typed.items() if text}


def _times(text: str, factor: float) -> object:
    """Return a number in another unit; what is none stays, and is found wrong."""
    try:
        return float(text) * factor
    except ValueError:
        return text
