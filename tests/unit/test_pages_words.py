"""What programs call things has words on the pages, in every language."""

import tomllib

import pytest

from callflow.call import Language, MessageReason, Topic
from callflow.lifecycles.batch import NOTICES, SHIPPED, BatchState, Kind
from callflow.lifecycles.batch_job import JobState, Result
from callflow.lifecycles.call import Disposition, HungUpBy, SilOutcome, Way
from callflow.lifecycles.notification import HouseholdState
from callflow.lifecycles.recording import RecordingKind
from callflow.lifecycles.stretches import How
from callflow.lifecycles.ticket import TicketKind
from callflow.rules.household_list import Wrong
from callflow.rules.roles import Role
from callflow.rules.routing import Queue
from callflow.rules.wake_file import FileFault, RowFault
from desk.api.batch_export import FIXED
from desk.api.incidents import WHY_NOT
from desk.notice_csv import COLUMNS, REASONS, why
from desk.pages.routes_audit import ACTIONS
from desk.pages.routes_calls import ASKED_WHY
from desk.words import words
from floor.control import Script, Watch
from floor.people import Shown
from settings import PROJECT
from sheets.faults import InRow, Whole
from tickets.customers import CustomerSort
from tickets.incidents import Stage, Voice
from tickets.wake_register import Through

KEYS = [
    *(f"outcome.{each}" for each in (*Disposition, "open")),
    *(f"hung_up_by.{each}" for each in HungUpBy),
    *(f"line.{each}" for each in SilOutcome),
    *(f"call.recording_{each}" for each in RecordingKind),
    *(f"call.why_{each}" for each in ASKED_WHY),
    *(f"topic.{each}" for each in Topic),
    *(f"ticket_kind.{each}" for each in TicketKind),
    *(f"role.{each}" for each in Role),
    *(f"floor.state_{each}" for each in (*Shown, "off_queue")),
    *(f"how.{each}" for each in How),
    *(f"floor.queue_{each}" for each in Queue),
    *(f"customer.sort_{each}" for each in CustomerSort),
    *(f"looked.{each.replace('.', '_')}" for each in ACTIONS),
    *(f"emergency.state_{each}" for each in HouseholdState),
    *(f"emergency.line_{each}" for each in Wrong),
    *(f"emergency.stage_{each}" for each in Stage),
    *(f"emergency.voice_{each}" for each in Voice),
    *(f"emergency.cannot_{each}" for each in WHY_NOT),
    *(f"emergency.column_{each}" for each in COLUMNS),
    *(why(each) for each in (*REASONS, "")),
    *(f"calls.way_{each}" for each in Way),
    *(f"wake.file_{each}" for each in FileFault),
    *(f"wake.row_{each}" for each in RowFault),
    *(f"wake.through_{each}" for each in Through),
    *(f"batch.state_{each}" for each in BatchState),
    *(f"batch.kind_{each}" for each in Kind),
    *(f"batch.job_{each}" for each in JobState),
    *(f"batch.result_{each}" for each in Result if each),
    *(f"batch.asks_{each.prompt}" for each in (*SHIPPED, *NOTICES)),
    *(f"batch.key_{each.prompt}_{key}" for each in (*SHIPPED, *NOTICES) for key in each.keys),
    *(f"batch.col_{each}" for each in FIXED),
    *(f"sheet.{each}" for each in Whole),
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
    parts = ("number_", "minute", "position_", "waiting_time")
    named = [name for name in prompts if not name.startswith(parts)]
    known = words(language)
    assert [name for name in named if f"prompt.{name}" not in known] == []
