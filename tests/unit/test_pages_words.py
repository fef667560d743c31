"""What programs call things has words on the pages, in every language."""

import re
import tomllib

import pytest

from callflow.call import Language, MessageReason, Topic
from callflow.rules.questions import NOTICES, SHIPPED, Kind, Result
from callflow.rules.routing import Queue
from features.call_recordings.lifecycle import ASKED_WHY, RecordingKind
from features.calls.lifecycle import Direction, Disposition, HungUpBy, SilOutcome
from features.calls.talk_segments import How
from features.campaigns.api_export import FIXED
from features.campaigns.contact import ContactState
from features.campaigns.lifecycle import CampaignState
from features.customers.queries import CustomerSort
from features.emergency_notifications.export import COLUMNS, REASONS, why
from features.emergency_notifications.given import WHY_NOT
from features.emergency_notifications.household_list import Wrong
from features.emergency_notifications.lifecycle import HouseholdState
from features.emergency_notifications.queries import Stage, Voice
from features.quality_forms.rules import Answer
from features.quality_forms.rules import Thing as FormThing
from features.quality_samples.lifecycle import ItemState, ItemThing
from features.quality_samples.risks import BROKEN, WEIGHTS
from features.quality_samples.rules import Reason
from features.quality_scores.rules import Outcome
from features.ticket_clocks.lifecycle import ClockKind
from features.ticket_life.orders import OrderKind, OrderState
from features.ticket_life.verbs import Need, Place, Verb
from features.tickets.history import OPENED, OVERDUE, WARNED
from features.tickets.lifecycle import ComplaintClass, Satisfaction, TicketKind
from features.wake_up_lists.list_file import FileFault, RowFault
from features.wake_ups.register import Through
from floor.control import Script, Watch
from floor.people import AgentState
from imports.faults import InRow, Remark, Whole
from imports.faults import Kind as KindOfFile
from permissions.roles import Role
from settings import PROJECT
from web.registration import features
from web.words import words

KEYS = [
    *(f"outcome.{each}" for each in (*Disposition, "open")),
    *(f"hung_up_by.{each}" for each in HungUpBy),
    *(f"line.{each}" for each in SilOutcome),
    *(f"call.recording_{each}" for each in RecordingKind),
    *(f"call.why_{each}" for each in ASKED_WHY),
    *(f"topic.{each}" for each in Topic),
    *(f"quality_form.thing_{each}" for each in FormThing),
    *(f"quality_sample.thing_{each}" for each in ItemThing),
    *(f"quality_sample.state_{each}" for each in ItemState),
    *(f"quality_sample.reason_{each}" for each in Reason),
    *(f"quality_sample.signal_{each}" for each in WEIGHTS),
    *(f"quality_sample.signal_{each}" for each, _ in BROKEN.values()),
    *(f"quality_score.answer_{each}" for each in Answer),
    *(f"quality_score.outcome_{each}" for each in Outcome),
    *(f"ticket_kind.{each}" for each in TicketKind),
    *(f"ticket_state.{each}" for each in Place),
    *(f"ticket_verb.{each}" for each in Verb),
    *(f"ticket_did.{each}" for each in (*Verb, OPENED, WARNED, OVERDUE)),
    *(f"ticket.lacks_{each}" for each in Need),
    *(f"order_kind.{each}" for each in OrderKind),
    *(f"order_state.{each}" for each in OrderState),
    *(f"clock.{each}" for each in ClockKind),
    *(f"satisfaction.{each}" for each in Satisfaction),
    *(f"complaint_class.{each}" for each in ComplaintClass),
    *(f"role.{each}" for each in Role),
    *(f"floor.state_{each}" for each in (*AgentState, "off_queue")),
    *(f"how.{each}" for each in How),
    *(f"floor.queue_{each}" for each in Queue),
    *(f"customer.sort_{each}" for each in CustomerSort),
    *(f"audited.{each.replace('.', '_')}" for one in features().values() for each in one.audited),
    *(f"emergency.state_{each}" for each in HouseholdState),
    *(f"emergency.line_{each}" for each in Wrong),
    *(f"emergency.stage_{each}" for each in Stage),
    *(f"emergency.voice_{each}" for each in Voice),
    *(f"emergency.cannot_{each}" for each in WHY_NOT),
    *(f"emergency.column_{each}" for each in COLUMNS),
    *(why(each) for each in (*REASONS, "")),
    *(f"calls.direction_{each}" for each in Direction),
    *(f"wake.file_{each}" for each in FileFault),
    *(f"wake.row_{each}" for each in RowFault),
    *(f"wake.through_{each}" for each in Through),
    *(f"campaign.state_{each}" for each in CampaignState),
    *(f"campaign.kind_{each}" for each in Kind),
    *(f"campaign.contact_{each}" for each in ContactState),
    *(f"campaign.result_{each}" for each in Result if each),
    *(f"campaign.asks_{each.prompt}" for each in (*SHIPPED, *NOTICES)),
    *(f"campaign.key_{each.prompt}_{key}" for each in (*SHIPPED, *NOTICES) for key in each.keys),
    *(f"campaign.col_{each}" for each in FIXED),
    *(f"sheet.{each}" for each in Whole),
    *(f"sheet.{Whole.NOT_A_LIST}_{each}" for each in KindOfFile),
    *(f"sheet.said_{each}" for each in Remark),
    *(f"sheet.row_{each}" for each in InRow),
    *(f"value.{each}" for each in (*Topic, *MessageReason, *Queue, *Script, *Watch, *Language)),
]


@pytest.mark.parametrize("language", list(Language))
def test_every_state_and_outcome_has_words(language: Language) -> None:
    known = words(language)
    assert [key for key in KEYS if key not in known] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_prompt_that_a_call_may_tell_of_has_words(language: Language) -> None:
    """Numbers are parts of sentences, and told by themselves."""
    prompts = tomllib.loads((PROJECT / "sounds" / "prompts.toml").read_text(encoding="utf-8"))
    parts = ("number_", "letter_", "minute", "position_", "waiting_time")
    named = [name for name in prompts if not name.startswith(parts)]
    known = words(language)
    assert [name for name in named if f"prompt.{name}" not in known] == []


KEY = re.compile(r"""\bt\(\s*["']([a-z_]+\.[a-z_0-9]+)["']\s*(~)?""")


def test_every_text_that_a_template_or_script_names_is_there() -> None:
    known = words(Language.CHINESE)
    files = [
        *PROJECT.glob("features/*/templates/*.html"),
        *PROJECT.glob("web/templates/*.html"),
        *PROJECT.glob("web/static/**/*.js"),
    ]
    named = [(file, *found) for file in files for found in KEY.findall(file.read_text("utf-8"))]
    assert len(named) > 500
    lacking = [
        (file.name, key)
        for file, key, goes_on in named
        if not (any(one.startswith(key) for one in known) if goes_on else key in known)
    ]
    assert not lacking
