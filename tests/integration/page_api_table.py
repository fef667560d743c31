"""The table of every change that can be asked for: its action, and the routes that lead to it.

A changing route of the application that is not here fails the test, and one that does not call its
action. A change without a page, or without a call of the API, says why.
"""

from collections.abc import Sequence
from typing import Final

from tests.integration.page_api_change import Change, change
from tests.integration.page_api_table_comments import COMMENTS
from tests.integration.page_api_table_pauses import PAUSES
from tests.integration.page_api_table_quality import QUALITY

V1: Final = "/api/v1"
IN_A_CALL: Final = "the agent's page asks the API itself; Asterisk's journal is the record"
AT_WORK: Final = "the agent's page asks the API itself; the duty's events are the record"
BESIDE_A_CALL: Final = "the agent's page asks the API itself, beside the call"
BY_SCRIPT: Final = "browsers make and use passkeys for scripts only: the page asks the API itself"
BY_LINK: Final = "a link in an e-mail is for people without an account; programs have a token"
WALLBOARD: Final = "the wallboard asks the API itself"

_INCIDENT: Final = f"{V1}/incidents/{{incident_id}}"
_NOTIFIED: Final = "/emergency-notifications/{incident_id}"
_HOUSEHOLD: Final = "households/{household_id}/door"
_CALL: Final = f"{V1}/calls/{{call_id}}"
_AGENT: Final = f"{V1}/agents/{{number}}"
_VIEW: Final = "/ticket-views/{view_id}"
_ACCOUNT: Final = f"{V1}/accounts/{{number}}"

CHANGES: Final[Sequence[Change]] = (
    change("accounts.actions.add", "POST /accounts", f"POST {V1}/accounts"),
    change(
        "accounts.actions.change",
        "POST /accounts/{number}/role",
        "POST /accounts/{number}/disable",
        "POST /accounts/{number}/enable",
        f"PATCH {_ACCOUNT}",
    ),
    change("accounts.actions.reset", "POST /accounts/{number}/reset", f"POST {_ACCOUNT}/password"),
    change(
        "accounts.actions.end_sessions",
        "POST /accounts/{number}/end",
        f"DELETE {_ACCOUNT}/sessions",
    ),
    change("accounts.actions_session.sign_in", "POST /login", f"POST {V1}/session"),
    change("accounts.actions_session.sign_out", "POST /logout", f"DELETE {V1}/session"),
    change(
        "accounts.actions_session.end_session",
        "POST /password/sessions/{session_id}",
        f"DELETE {V1}/sessions/{{session_id}}",
    ),
    change("accounts.actions_session.put_password", "POST /password", f"PUT {V1}/password"),
    *(
        change(
            f"accounts.actions_second_factor.{act}",
            f"POST /password/second-factor{page}",
            f"{method} {V1}/second-factor{call}",
        )
        for act, page, method, call in (
            ("begin", "", "POST", ""),
            ("prove", "/prove", "PUT", ""),
            ("remove", "/remove", "POST", "/remove"),
        )
    ),
    change(
        "passkeys.actions.new_codes", "POST /password/passkeys/codes", f"POST {V1}/recovery-codes"
    ),
    change(
        "passkeys.actions.rename",
        "POST /password/passkeys/{passkey_id}",
        f"PATCH {V1}/passkeys/{{passkey_id}}",
    ),
    change(
        "passkeys.actions.remove",
        "POST /password/passkeys/{passkey_id}/remove",
        f"POST {V1}/passkeys/{{passkey_id}}/remove",
    ),
    change("passkeys.actions.begin", f"POST {V1}/passkeys/challenge", why=BY_SCRIPT),
    change("passkeys.actions.add", f"POST {V1}/passkeys", why=BY_SCRIPT),
    change("passkeys.actions.challenge", f"POST {V1}/session/challenge", why=BY_SCRIPT),
    change("passkeys.actions.enter", f"POST {V1}/session/passkey", why=BY_SCRIPT),
    change("callbacks.actions.make", "POST /callbacks", f"POST {V1}/callbacks"),
    change(
        "callbacks.actions.call_now",
        "POST /callbacks/{callback_id}/call",
        f"POST {V1}/callbacks/{{callback_id}}/call",
    ),
    change(
        "callbacks.actions.settle",
        "POST /callbacks/{callback_id}/completed",
        "POST /callbacks/{callback_id}/cancel",
        f"PATCH {V1}/callbacks/{{callback_id}}",
    ),
    change("campaign_lists.actions.bring", "POST /campaigns/new", f"POST {V1}/campaign-lists"),
    change("campaigns.actions.make", "POST /campaigns/lists/{list_id}", f"POST {V1}/campaigns"),
    change(
        "campaigns.actions.turn",
        *(
            f"POST {where}/campaigns/{{campaign_id}}/{act}"
            for act in ("start", "pause", "stop")
            for where in ("", V1)
        ),
    ),
    change(
        "campaigns.actions.copy",
        "POST /campaigns/{campaign_id}/copy",
        f"POST {V1}/campaigns/{{campaign_id}}/copy",
    ),
    change("campaign_calls.actions.write", f"PUT {_CALL}/campaign", why=BESIDE_A_CALL),
    change("customers.actions.save", "POST /customers/{number}", f"PUT {V1}/customers/{{number}}"),
    change(
        "customers.actions_merge.merge",
        "POST /customers/{number}/merge",
        f"POST {V1}/customers/{{number}}/merge",
    ),
    change(
        "customers.actions_merge.undo",
        "POST /customer-merges/{merge_id}/undo",
        f"POST {V1}/customer-merges/{{merge_id}}/undo",
    ),
    change("customer_lists.actions.bring", "POST /customer-imports", f"POST {V1}/customer-imports"),
    change("do_not_call.actions.add", "POST /do-not-call", f"PUT {V1}/do-not-call/{{number}}"),
    change(
        "do_not_call.actions.remove",
        "POST /do-not-call/remove",
        f"DELETE {V1}/do-not-call/{{number}}",
    ),
    change("ticket_intake.actions.take_in", "POST /intake", f"POST {V1}/ticket-intakes"),
    change(
        "ticket_intake.actions.answered",
        "POST /tickets/{ticket_id}/replied",
        f"POST {V1}/tickets/{{ticket_id}}/replied",
    ),
    change(
        "department_links.actions.act",
        "POST /department-links/{token}/verbs/{verb}",
        why=BY_LINK,
    ),
    change(
        "department_links.actions.send_again",
        "POST /tickets/{ticket_id}/department-link",
        f"POST {V1}/tickets/{{ticket_id}}/department-link",
    ),
    change(
        "ticket_repeats.actions.repeat",
        "POST /tickets/{ticket_id}/repeats",
        f"POST {V1}/tickets/{{ticket_id}}/repeats",
    ),
    change(
        "ticket_repeats.actions.undo",
        "POST /tickets/{ticket_id}/repeats/undo",
        f"POST {V1}/tickets/{{ticket_id}}/repeats/undo",
    ),
    change(
        "ticket_mail.actions.answer",
        "POST /tickets/{ticket_id}/mail",
        f"POST {V1}/tickets/{{ticket_id}}/mails",
    ),
    change("ticket_mail.actions.decide", "POST /mail/{mail_id}", f"POST {V1}/mails/{{mail_id}}"),
    change("duties.actions.begin", f"POST {V1}/duty", why=AT_WORK),
    change("duties.actions.end", f"DELETE {V1}/duty", why=AT_WORK),
    change("duties.actions.move", f"POST {V1}/duty/move", why=AT_WORK),
    change("duties.actions.turn", f"PUT {V1}/duty/state", why=AT_WORK),
    change("duties.actions.be_present", f"POST {V1}/duty/present", why=AT_WORK),
    change(
        "emergency_notifications.actions.report",
        "POST /emergency-notifications",
        f"POST {V1}/incidents",
    ),
    *(
        change(
            f"emergency_notifications.actions.{act}",
            f"POST {_NOTIFIED}/{page}",
            f"{method} {_INCIDENT}/{call}",
        )
        for act, page, method, call in (
            ("say", "message", "PUT", "message"),
            ("choose_customers", "customers", "POST", "customers"),
            ("choose_list", "list", "POST", "list"),
            ("choose_nobody", "clear", "DELETE", "households"),
            ("start", "start", "POST", "start"),
            ("stop", "stop", "POST", "stop"),
            ("tell_at_door", _HOUSEHOLD, "POST", _HOUSEHOLD),
        )
    ),
    change(
        "emergency_notifications.actions.record",
        f"POST {_NOTIFIED}/recording",
        why="a recording is chosen in a browser; programs have it spoken",
    ),
    change("handovers.actions.write", "POST /handover", f"POST {V1}/handovers"),
    change(
        "handovers.actions.sign",
        "POST /handover/{handover_id}/sign",
        f"POST {V1}/handovers/{{handover_id}}/sign",
    ),
    change("knowledge.actions.add", "POST /knowledge/new", f"POST {V1}/knowledge"),
    change(
        "knowledge.actions.save",
        "POST /knowledge/{entry_id}/edit",
        f"PUT {V1}/knowledge/{{entry_id}}",
    ),
    change(
        "knowledge.actions.put_back",
        "POST /knowledge/{entry_id}/put-back",
        f"POST {V1}/knowledge/{{entry_id}}/put-back",
    ),
    change(
        "knowledge.actions.helped",
        "POST /knowledge/{entry_id}/helped",
        f"POST {V1}/knowledge/{{entry_id}}/helped",
    ),
    change(
        "knowledge.files.attach",
        "POST /knowledge/{entry_id}/files",
        f"POST {V1}/knowledge/{{entry_id}}/files",
    ),
    change(
        "knowledge.files.detach",
        "POST /knowledge-files/{file_id}/remove",
        f"DELETE {V1}/knowledge-files/{{file_id}}",
    ),
    change(
        "knowledge.proposals.propose",
        "POST /knowledge-proposals/new",
        f"POST {V1}/knowledge-proposals",
    ),
    *(
        change(
            f"knowledge.proposals.{act}",
            f"POST /knowledge-proposals/{{proposal_id}}/{act}",
            f"POST {V1}/knowledge-proposals/{{proposal_id}}/{act}",
        )
        for act in ("accept", "refuse")
    ),
    change("outage.actions.put_up", f"PUT {V1}/outage", why=f"{WALLBOARD}; so does the console"),
    change(
        "outage.actions.take_down", f"DELETE {V1}/outage", why=f"{WALLBOARD}; so does the console"
    ),
    change("supervision.actions.watch", f"POST {_AGENT}/watch", why=WALLBOARD),
    change("supervision.actions.sign_out", f"POST {_AGENT}/sign_out", why=WALLBOARD),
    change("supervision.actions.move", f"POST {_AGENT}/move", why=WALLBOARD),
    change("ticket_classes.actions.add", "POST /ticket-classes", f"POST {V1}/ticket-classes"),
    change(
        "ticket_classes.actions.save",
        "POST /ticket-classes/{class_id}",
        f"PUT {V1}/ticket-classes/{{class_id}}",
    ),
    *QUALITY,
    change("ticket_bulks.actions.begin", "POST /ticket-bulks", f"POST {V1}/ticket-bulks"),
    change(
        "ticket_bulks.actions.go_on",
        "POST /ticket-bulks/{bulk_id}/go-on",
        f"POST {V1}/ticket-bulks/{{bulk_id}}/go-on",
    ),
    change("ticket_views.actions.add", "POST /ticket-views", f"POST {V1}/ticket-views"),
    change(
        "ticket_views.actions.put_order",
        "POST /ticket-views/order",
        f"PATCH {V1}/ticket-views/order",
    ),
    *(
        change(f"ticket_views.actions.{act}", f"POST {_VIEW}{page}", f"{method} {V1}{_VIEW}{call}")
        for act, page, method, call in (
            ("save", "", "PATCH", ""),
            ("remove", "/remove", "DELETE", ""),
            ("restore", "/restore", "POST", "/restore"),
        )
    ),
    *COMMENTS,
    *PAUSES,
    change("tickets.actions.open_for_call", f"POST {_CALL}/ticket", why=BESIDE_A_CALL),
    change("tickets.actions.ask_once", f"POST {_CALL}/ticket/asked", why=BESIDE_A_CALL),
    change(
        "tickets.actions.save", f"PATCH {V1}/tickets/{{ticket_id}}", why="saved as the agent types"
    ),
    change(
        "tickets.actions.act",
        "POST /tickets/{ticket_id}/verbs/{verb}",
        f"POST {V1}/tickets/{{ticket_id}}/verbs/{{verb}}",
    ),
    change("departments.actions.save", "POST /departments", f"PUT {V1}/departments/{{name}}"),
    *(
        change(f"personal_data.actions.{action}", f"POST {at}", f"POST {V1}{at}")
        for action, at in (
            ("look", "/personal-data/preview"),
            ("take_out", "/personal-data/export"),
            ("erase", "/personal-data/erasures"),
            ("note_consent", "/personal-data/consents"),
        )
    ),
    change("legal_holds.actions.put", "POST /legal-holds", f"POST {V1}/legal-holds"),
    change(
        "legal_holds.actions.lift",
        "POST /legal-holds/{hold_id}/lift",
        f"POST {V1}/legal-holds/{{hold_id}}/lift",
    ),
    change(
        "reports.actions.correct",
        "POST /reports/{report_id}/corrections",
        f"POST {V1}/reports/{{report_id}}/corrections",
    ),
    change("webhooks.actions.add", "POST /webhooks", f"POST {V1}/webhooks"),
    change(
        "webhooks.actions.act",
        "POST /webhooks/{webhook_id}",
        f"POST {V1}/webhooks/{{webhook_id}}",
    ),
    change("rooms.actions.put", "POST /rooms", f"PUT {V1}/rooms/{{room}}"),
    change("rooms.actions.remove", "POST /rooms/remove", f"DELETE {V1}/rooms/{{room}}"),
    change("rooms.actions.kept", "POST /rooms/import/keep", f"POST {V1}/rooms/import"),
    change("rooms.actions.looked_at", "POST /rooms/import", why="the API looks with keep=nothing"),
    change("wake_ups.actions.register", "POST /wake-ups", f"POST {V1}/wake-registrations"),
    change(
        "wake_ups.actions.cancel",
        "POST /wake-ups/registrations/{registration_id}/cancel",
        f"DELETE {V1}/wake-registrations/{{registration_id}}",
    ),
    change(
        "wake_ups.actions.say_awake",
        "POST /wake-ups/{wake_up_id}/awake",
        f"POST {V1}/wake-ups/{{wake_up_id}}/awake",
    ),
    change(
        "wake_up_lists.lists.kept",
        "POST /wake-ups/import/keep",
        f"POST {V1}/wake-registrations/import",
    ),
    change(
        "wake_up_lists.lists.looked_at",
        "POST /wake-ups/import",
        why="the API looks with keep=nothing",
    ),
    *(
        change(f"floor.control.Control.{act}", f"POST {_CALL}/{act}", why=IN_A_CALL)
        for act in ("script", "transfer", "complete", "drop", "lost")
    ),
    *(
        change(f"floor.floor.Floor.{act}", f"POST {_CALL}/{act}", why=IN_A_CALL)
        for act in ("conference", "hold")
    ),
    change("", "POST /live/seen", why="a page tells how long it took; nothing is kept"),
)
