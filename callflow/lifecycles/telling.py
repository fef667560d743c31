"""Owns how a call is told: the events of its journals as sentences, in Chinese and English.

Does no I/O. What the journals say twice (a channel's own answer and the dialplan's) is told once;
an event without a sentence is not told, it stays in the list of events.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from callflow.call import Language
from callflow.lifecycles.events import JournalEvent


@dataclass(frozen=True, slots=True)
class Said:
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
"""Told only of the caller's own channel; others (an agent's phone, our ear) have them too."""

_SENTENCES: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        ("cel", "TR_CALL"): ("来电 {num} {name},拨打 {did}", "{num} {name} calls {did}"),
        ("cel", "TR_RECORD"): ("开始录音", "recording begins"),
        ("cel", "TR_EMERGENCY"): (
            "应急流程接管({reason})",
            "the static twin takes over ({reason})",
        ),
        ("cel", "TR_VERDICT"): (
            "决定:{kind} {reason} {topic}",
            "verdict: {kind} {reason} {topic}",
        ),
        ("cel", "TR_ROUTE"): ("路由:{queue} {seat} {reasons}", "route: {queue} {seat} {reasons}"),
        ("cel", "TR_OFFER"): ("{seat} 振铃", "{seat} rings"),
        ("cel", "TR_REUNITE"): ("座席话机中断,回到 {seat}", "phone lost, back to {seat}"),
        ("cel", "TR_SCRIPT"): ("{seat} 按脚本键 {name}", "{seat} presses the script key {name}"),
        ("cel", "TR_TRANSFER"): ("{seat} 转接到 {to}", "{seat} transfers to {to}"),
        ("cel", "TR_UNHOLD"): ("保持 {seconds} 秒后返回", "back after {seconds} s on hold"),
        ("cel", "TR_WATCH"): ("{seat} 参与通话({how})", "{seat} takes part ({how})"),
        ("cel", "TR_PROMISE"): (
            "承诺 {minutes} 分钟内回电({kind})",
            "a call back is promised within {minutes} min ({kind})",
        ),
        ("cel", "TR_DIALLING"): ("正在呼叫客户", "the customer is called"),
        ("cel", "TR_TALKING"): ("客户接听", "the customer answers"),
        ("cel", "TR_CUSTOMER_BUSY"): ("客户忙", "the customer is busy"),
        ("cel", "TR_CUSTOMER_NOANSWER"): ("客户无应答", "the customer does not answer"),
        ("cel", "TR_CUSTOMER_CANCEL"): ("座席先挂机", "the agent hangs up first"),
        ("cel", "TR_CUSTOMER_CHANUNAVAIL"): ("客户打不通", "the customer cannot be reached"),
        ("cel", "TR_CUSTOMER_CONGESTION"): ("线路忙", "no line to the customer"),
        ("cel", "TR_QUEUE"): ("进入队列 {queue}", "joins the queue {queue}"),
        ("cel", "TR_QUEUE_LEFT"): ("离开队列({status})", "leaves the queue ({status})"),
        ("cel", "TR_MESSAGE"): ("开始留言({reason})", "a message begins ({reason})"),
        ("cel", "TR_MESSAGE_END"): ("留言结束({status})", "the message ends ({status})"),
        ("cel", "TR_OUTCOME"): ("系统结束通话({outcome})", "we end the call ({outcome})"),
        ("cel", "TR_ACKNOWLEDGED"): ("听到紧急通知,按键确认", "acknowledges the notice by key"),
        ("dialogue", "acknowledged"): ("听到紧急通知,按键确认", "acknowledges the notice by key"),
        ("dialogue", "visited"): ("自动应答接手", "the dialogue begins"),
        ("dialogue", "prompt"): ("播放 {name}", "says {name}"),
        ("dialogue", "barged"): ("来电者打断({by})", "the caller cuts in ({by})"),
        ("dialogue", "heard"): ("听到来电者({kind})", "the caller is heard ({kind})"),
        ("dialogue", "silent_line"): ("无声,第 {step} 步", "nothing is heard, step {step}"),
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
        ("site", "switch_died"): ("交换机中断", "the switch dies"),
    }
)


_WE_RANG = ("我们拨打 {num}", "we ring {num}")

PARTS = ("wake_", "attend_", "number_")
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


def told(events: Iterable[JournalEvent], language: Language) -> list[Said]:
    """Return the steps of one call in words, in the order of the events.

    The caller's own channel is the one whose uniqueid is the call's linkedid.
    """
    return [
        Said(event.at, text)
        for event in events
        if (text := _sentence(event, 0 if language is Language.CHINESE else 1)) is not None
    ]


def _sentence(event: JournalEvent, which: int) -> str | None:
    out = event.name == "TR_CALL" and event.data.get("way") == "out"
    template = _WE_RANG if out else _SENTENCES.get((event.source, event.name))
    if event.source == "cel" and event.uniqueid == event.about:
        template = template or _OWN.get(event.name)
    if template is None:
        return None
    values = defaultdict(str, event.data)
    values["agent"] = _agent(event.channel)
    return " ".join(template[which].format_map(values).replace("()", "").split())


def _agent(channel: str) -> str:
    """Return an agent's number: `PJSIP/8001-00000003` → `8001`."""
    return channel.partition("/")[2].partition("-")[0] or channel
