"""The load: SIPp as many callers at once, with real RTP, and what it measured."""

import csv
import subprocess
from dataclasses import dataclass
from pathlib import Path

SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
  <send retrans="500" start_rtd="answer"><![CDATA[
INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "bench" <sip:1390000[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:bench@[local_ip]:[local_port]>
Max-Forwards: 70
X-Ref: @REF@
Content-Type: application/sdp
Content-Length: [len]

v=0
o=bench 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
]]></send>
  <recv response="100" optional="true"/>
  <recv response="180" optional="true"/>
  <recv response="183" optional="true"/>
  <recv response="200" rtd="answer" rrs="true"/>
  <send><![CDATA[
ACK [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "bench" <sip:1390000[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
  <nop><action><exec rtp_stream="@SPEECH@,-1,8,PCMA/8000"/></action></nop>
  <pause milliseconds="@TALK@"/>
  <nop><action><exec rtp_stream="pause"/></action></nop>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: "bench" <sip:1390000[call_number]@[local_ip]:[local_port]>;tag=[pid]t[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200"/>
</scenario>
"""


@dataclass(frozen=True)
class Load:
    """How many callers ring: calls a second, for how many seconds, each talking `talk_ms`."""

    port: int
    number: str
    rate: int
    seconds: float
    speech: Path
    talk_ms: int = 1000
    ref: str = "bench"

    @property
    def calls(self) -> int:
        return max(1, round(self.rate * self.seconds))


@dataclass(frozen=True)
class Outcome:
    """What became of a load; INVITE→200 in milliseconds."""

    load: Load
    answered: int
    failed: int
    to_answer_ms: list[float]

    @property
    def mean(self) -> float:
        return sum(self.to_answer_ms) / max(1, len(self.to_answer_ms))

    def percentile(self, share: float) -> float:
        """Return the time within which this share of the calls was answered."""
        ordered = sorted(self.to_answer_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def ring(program: list[str], load: Load, folder: Path) -> Outcome:
    """Run SIPp to its end. Raises RuntimeError when it measured nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("caller_*"):
        old.unlink()
    scenario = folder / "caller.xml"
    text = SCENARIO.replace("@SPEECH@", str(load.speech)).replace("@TALK@", str(load.talk_ms))
    scenario.write_text(text.replace("@REF@", load.ref))
    words = [
        *program,
        *("-sf", str(scenario), "-s", load.number, f"127.0.0.1:{load.port}", "-i", "127.0.0.1"),
        *("-r", str(load.rate), "-m", str(load.calls), "-l", str(load.calls)),
        *("-trace_rtt", "-rtt_freq", "1", "-trace_stat", "-fd", "1", "-nostdin"),
        *("-min_rtp_port", "40000", "-max_rtp_port", "60000", "-timeout", "90s"),
        *("-timeout_error", "-recv_timeout", "20000"),
    ]
    done = subprocess.run(
        words, cwd=folder, capture_output=True, text=True, check=False, timeout=150
    )
    times = _times(folder)
    answered, failed = _counts(folder)
    if not answered and not failed:
        raise RuntimeError(f"SIPp measured nothing: {done.stdout[-500:]}{done.stderr[-500:]}")
    return Outcome(load, answered, max(failed, load.calls - answered), times)


def _times(folder: Path) -> list[float]:
    """Return every response time of the trace (columns: date, milliseconds, name)."""
    times = []
    for trace in folder.glob("caller_*_rtt.csv"):
        with trace.open() as file:
            rows = list(csv.reader(file, delimiter=";"))[1:]
        times += [float(row[1]) for row in rows if len(row) > 1]
    return times


def _counts(folder: Path) -> tuple[int, int]:
    """Return calls that succeeded and that failed, from the last line of the statistics."""
    for statistics in folder.glob("caller_*_.csv"):
        with statistics.open() as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        if rows:
            return int(rows[-1]["SuccessfulCall(C)"]), int(rows[-1]["FailedCall(C)"])
    return 0, 0
