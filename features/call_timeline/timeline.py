"""Tells a call step by step: journal events as sentences, in Chinese and English.

Does no I/O. What the journals say twice (a channel's own answer and the dialplan's) is told once;
an event without a sentence is not told, it stays in the list of events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from callflow.call import Language
from callflow.events import JournalEvent
from features.calls.talk_segments import How, TalkSegment


@dataclass(frozen=True, slots=True)
class TimelineStep:
    """One step of a call in words; `at` in seconds since 1970."""

    at: float
    text: str


_OWN: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "CHAN_START": ("电话振铃", "the line rings"),
        "ANSWER": ("电话接通，开始录音", "the call is answered, recording begins"),
        "HANGUP": ("通话结束", "the line is closed"),
    }
)
"""Told only of the caller's own channel; others (an agent's phone, our own) have them too."""

_SENTENCES: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("cel", "TR_CALL"): ("来电 {num} {name},拨打 {did}", "{num} {name} calls {did}"),
        ("cel", "TR_RECORD"): ("开始录音", "recording begins"),
        ("cel", "TR_FALLBACK"): (
            "应急流程接管({reason})",
            "the fallback takes over ({reason})",
        ),
        ("cel", "TR_VERDICT"): (
            "决定:{kind} {reason} {topic}",
            "verdict: {kind} {reason} {topic}",
        ),
        ("cel", "TR_ROUTE"): ("路由:{queue} {seat} {reasons}", "route: {queue} {seat} {reasons}"),
        ("cel", "TR_OFFER"): ("{seat} 振铃", "{seat} rings"),
        ("cel", "TR_REUNITE"): ("座席话机中断,回到 {seat}", "phone lost, back to {seat}"),
        ("cel", "TR_AGENT_LOST"): (
            "{seat} 的话机没有声音,回到队列",
            "no sound from {seat} any more, back to the queue",
        ),
        ("cel", "TR_SCRIPT"): ("{seat} 按脚本键 {name}", "{seat} presses the script key {name}"),
        ("cel", "TR_TRANSFER"): ("{seat} 转接到 {to}", "{seat} transfers to {to}"),
        ("cel", "TR_UNHOLD"): ("保持 {seconds} 秒后返回", "back after {seconds} s on hold"),
        ("cel", "TR_WATCH"): ("{seat} 监听", "{seat} listens"),
        ("cel", "TR_WATCH whisper"): ("{seat} 监听并耳语指导", "{seat} whispers to the agent"),
        ("cel", "TR_WATCH join"): ("{seat} 加入通话", "{seat} joins the talk"),
        ("cel", "TR_JOIN"): ("{by} 请 {seat} 加入三方通话", "{by} brings {seat} into the talk"),
        ("cel", "TR_JOIN join"): ("{seat} 加入通话", "{seat} joins the talk"),
        ("cel", "TR_JOIN consult"): ("{by} 咨询后转给 {seat}", "{by} hands over to {seat}"),
        ("cel", "BLINDTRANSFER"): ("话机转接到 {extension}", "the phone transfers to {extension}"),
        ("cel", "TR_CALLBACK"): (
            "承诺 {minutes} 分钟内回电({kind})",
            "a call back is promised within {minutes} min ({kind})",
        ),
        ("cel", "TR_DIALLING"): ("正在呼叫客户", "the customer is called"),
        ("cel", "TR_TALKING"): ("客户接听", "the customer answers"),
        ("cel", "TR_CUSTOMER_BUSY"): ("客户忙", "the customer is busy"),
        ("cel", "TR_CUSTOMER_NOANSWER"): ("客户无应答", "the customer does not answer"),
        ("cel", "TR_CUSTOMER_CANCEL"): ("座席先挂机", "the agent hangs up first"),
        ("cel", "TR_CUSTOMER_CHANUNAVAIL"): ("客户打不通", "the customer cannot be reached"),
        ("cel", "TR_CUSTOMER_NOLINE"): ("没有外线可用", "we have no line out"),
        ("cel", "TR_CUSTOMER_CONGESTION"): ("线路忙", "no line to the customer"),
        ("cel", "TR_QUEUE"): ("进入队列 {queue}", "joins the queue {queue}"),
        ("cel", "TR_QUEUE_LEFT"): ("离开队列({status})", "leaves the queue ({status})"),
        ("cel", "TR_MESSAGE"): ("开始留言({reason})", "a message begins ({reason})"),
        ("cel", "TR_MESSAGE_END"): ("留言结束({status})", "the message ends ({status})"),
        ("cel", "TR_OUTCOME"): ("系统结束通话({outcome})", "we end the call ({outcome})"),
        ("cel", "TR_ACKNOWLEDGED"): ("听到紧急通知,按键确认", "acknowledges the notice by key"),
        ("dialogue", "acknowledged"): ("听到紧急通知,按键确认", "acknowledges the notice by key"),
        ("dialogue", "accepted"): (
            "按 1 接下第 {room}{ticket} 项",
            "takes item {room}{ticket} by key 1",
        ),
        ("dialogue", "asked_time"): (
            "按 2 为第 {ticket} 张工单申请延期",
            "asks for more time for ticket {ticket} by key 2",
        ),
        ("dialogue", "sent_back"): (
            "按 3 表示第 {ticket} 张工单不属于本部门",
            "says by key 3 that ticket {ticket} is not theirs",
        ),
        ("dialogue", "visited"): ("自动应答接手", "the dialogue begins"),
        ("dialogue", "prompt"): ("播放 {name}", "says {name}"),
        ("dialogue", "barged"): ("来电者打断({by})", "the caller cuts in ({by})"),
        ("dialogue", "heard"): ("听到来电者({kind})", "the caller is heard ({kind})"),
        ("dialogue", "put_on_hold"): ("对方保持通话", "the far side puts us on hold"),
        ("dialogue", "taken_back"): ("对方恢复通话", "the far side is back"),
        ("dialogue", "silent_line"): ("无声,第 {step} 步", "nothing is heard, step {step}"),
        ("dialogue", "second_opinion"): (
            "挂机前复听,听到来电者的声音",
            "heard once more before we hang up: there was a voice",
        ),
        ("dialogue", "quiet_line"): ("声音太小,第 {step} 步", "too quiet, step {step}"),
        ("dialogue", "cannot_hear"): ("听不清我方,第 {step} 步", "cannot hear us, step {step}"),
        ("dialogue", "stays_on"): ("来电者未挂机,第 {step} 步", "stays on the line, step {step}"),
        ("dialogue", "line"): ("线路检查:{outcome}", "line check: {outcome}"),
        ("dialogue", "chose"): ("选择 {topic} ({language})", "chooses {topic} ({language})"),
        ("dialogue", "wake_registered"): ("登记叫醒 {at}", "registers a wake-up for {at}"),
        ("dialogue", "wake_cancelled"): ("取消叫醒 {at}", "cancels the wake-up of {at}"),
        ("dialogue", "wake_register_closed"): (
            "登记表无法使用，转总机",
            "the register cannot be used: to the switchboard",
        ),
        ("dialogue", "hung_up"): ("来电者挂机", "the caller hangs up"),
        ("dialogue", "failed"): ("自动应答出错:{error}", "the dialogue fails: {error}"),
        ("queue", "CONNECT"): ("{agent} 接听", "{agent} answers"),
        ("queue", "RINGNOANSWER"): ("{agent} 未接听", "{agent} does not answer"),
        ("queue", "ABANDON"): ("来电者在队列中挂机", "the caller gives up waiting"),
        ("queue", "COMPLETEAGENT"): ("{agent} 先挂机", "{agent} hangs up first"),
        ("queue", "COMPLETECALLER"): ("来电者先挂机", "the caller hangs up first"),
        ("cel", "TR_RESCUE"): (
            "来电者在空桥中,接回队列",
            "the caller was alone in a bridge: back to the queue",
        ),
        ("ledger", "voice_missing"): (
            "录音中没有 {agent} 的声音",
            "nothing of {agent} is in the recording",
        ),
        ("site", "switch_died"): ("交换机中断", "the switch dies"),
    }
)

_LIFTS: Mapping[How, tuple[str, str]] = MappingProxyType(
    {
        How.ANSWERED: ("{agent} 接听", "{agent} answers"),
        How.CALLED: ("{agent} 与客户接通", "{agent} and the customer are connected"),
        How.TRANSFERRED: ("{agent} 接听转来的电话", "{agent} answers the transferred call"),
        How.ATTENDED: ("{agent} 咨询后接手", "{agent} takes over, having been asked"),
        How.RETURNED: ("{agent} 再次与来电者接通", "{agent} has the caller back"),
        How.CONFERENCE: ("{agent} 加入三方通话", "{agent} is there as a third party"),
        How.JOIN: ("{agent} 加入通话", "{agent} joins the talk"),
    }
)
_LEAVES = ("{agent} 离开通话", "{agent} is not with the caller any more")
_TOLD_BY_SEGMENTS = frozenset({"CONNECT", "TR_JOIN"})
"""What the segments of a call tell better: each lift once, under the account's number."""

_WE_RANG = ("我们拨打 {num}", "we ring {num}")
_WE_RANG_FOR: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"department": ("工单超期，我们拨打部门 {num}", "we ring a department that is late, {num}")}
)
"""By the purpose of the call."""
_AGENT_LIFTS = ("{agent} 摘机，开始录音", "{agent} lifts, recording begins")
"""Of a call in which an agent was rung first (CBK-1): the answer is not the customer's."""

PARTS = ("wake_", "attend_", "department_", "number_", "letter_")
"""Prompts that are parts of sentences begin so: a time is said in seven of them."""


def whole(events: Iterable[JournalEvent]) -> Iterator[JournalEvent]:
    """Give the events, parts of one sentence put together as one prompt, their names in order.

    The names are parted by blanks; who puts words for them decides how words are joined.
    """
    sentence: JournalEvent | None = None
    for event in events:
        if sentence is not None and _goes_on(sentence, event):
            names = f"{sentence.data['name']} {event.data['name']}"
            sentence = sentence._replace(data={**sentence.data, "name": names})
            continue
        if sentence is not None:
            yield sentence
        sentence = event if _is_part(event) else None
        if sentence is None:
            yield event
    if sentence is not None:
        yield sentence


def _is_part(event: JournalEvent) -> bool:
    said = event.source == "dialogue" and event.name == "prompt"
    return said and event.data.get("name", "").startswith(PARTS)


def _goes_on(sentence: JournalEvent, event: JournalEvent) -> bool:
    return _is_part(event) and event.data.get("language") == sentence.data.get("language")


def told(
    events: Iterable[JournalEvent], language: Language, segments: Sequence[TalkSegment] = ()
) -> list[TimelineStep]:
    """Return the steps of one call in words, in order, each lift of an agent's phone among them.

    The caller's own channel is the one whose uniqueid is the call's linkedid. The lifts of a call
    whose `segments` are not known are told as far as the queue knows them.
    """
    every = list(events)
    which = 0 if language is Language.CHINESE else 1
    first = next((agent for one in every if (agent := _rung_first(one))), "")
    said = [
        TimelineStep(event.at, text)
        for event in every
        if not (segments and event.name in _TOLD_BY_SEGMENTS)
        if (text := _sentence(event, which, first)) is not None
    ]
    return sorted([*said, *_lifts(segments, which)], key=lambda one: one.at)


def _rung_first(event: JournalEvent) -> str:
    return event.data.get("agent", "") if event.name == "TR_CALL" else ""


def _lifts(segments: Iterable[TalkSegment], which: int) -> Iterator[TimelineStep]:
    for one in segments:
        agent = one.agent or one.seat
        yield TimelineStep(one.from_at.timestamp(), _LIFTS[one.how][which].format(agent=agent))
        if one.to_at is not None:
            yield TimelineStep(one.to_at.timestamp(), _LEAVES[which].format(agent=agent))


def _sentence(event: JournalEvent, which: int, rang_first: str) -> str | None:
    values = defaultdict(str, event.data)
    values["agent"] = event.data.get("agent") or _agent(event.channel)
    template = _template(event)
    if rang_first and event.name == "ANSWER" and event.uniqueid == event.about:
        template, values["agent"] = _AGENT_LIFTS, rang_first
    if template is None:
        return None
    return " ".join(template[which].format_map(values).replace("()", "").split())


def _template(event: JournalEvent) -> tuple[str, str] | None:
    if event.name == "TR_CALL" and event.data.get("direction") == "out":
        return _WE_RANG_FOR.get(event.data.get("purpose", ""), _WE_RANG)
    own = _OWN.get(event.name) if event.source == "cel" and event.uniqueid == event.about else None
    by_how = _SENTENCES.get((event.source, f"{event.name} {event.data.get('how', '')}"))
    return by_how or _SENTENCES.get((event.source, event.name)) or own


def _agent(channel: str) -> str:
    """Return an agent's number: `PJSIP/8001-00000003` → `8001`."""
    return channel.partition("/")[2].partition("-")[0] or channel
