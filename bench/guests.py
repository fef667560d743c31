"""Owns guests of all kinds as SIPp plays them: rooms of a hotel behind a trunk, and attendants.

The last digit of the number dialled says what kind of sleeper it is (`KINDS`). A key is a SIP INFO,
which Asterisk takes for one on a trunk without RTP events.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

KINDS: Mapping[str, str] = {
    "0": "presses 1 after 6 s",
    "1": "presses 1 after 6 s",
    "2": "presses 1 after 6 s",
    "3": "presses 1 after 6 s",
    "4": "presses 1 after 6 s",
    "5": "never answers",
    "6": "is busy",
    "7": "lifts the receiver and puts it down",
    "8": "is a voicemail: answers and says nothing that counts",
    "9": "presses 2 after 6 s: sleeps on, or, as an attendant, reports",
}

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="guests">
  <recv request="INVITE" crlf="true" rrs="true">
    <action>
      <ereg regexp=":[0-9]*([0-9])@" search_in="hdr" header="To:" assign_to="whole,kind"/>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="there"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="here"/>
      <assign assign_to="key" value="1"/>
    </action>
  </recv>
  <send><![CDATA[
SIP/2.0 180 Ringing
[last_Via:]
[last_From:]
[last_To:];tag=[pid]g[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
"""

_TEST = """
  <nop><action>
    <strcmp assign_to="differs" variable="kind" value="{digit}"/>
    <test assign_to="is{digit}" variable="differs" compare="equal" value="0"/>
  </action></nop>
  <nop next="{label}" test="is{digit}"/>
"""

_ANSWER = """
  <label id="{label}"/>
  <pause milliseconds="1000"/>
  <send retrans="500"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[pid]g[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=guest 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
]]></send>
  <recv request="ACK"/>
"""

_KEY = """
  <pause milliseconds="6000"/>
  <send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$here];tag=[pid]g[call_number]
To:[$there]
Call-ID: [call_id]
CSeq: 1 INFO
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal={key}
Duration=160
]]></send>
  <recv response="200" next="bye"/>
"""

_PUTS_DOWN = """
  <pause milliseconds="3000"/>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$here];tag=[pid]g[call_number]
To:[$there]
Call-ID: [call_id]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
  <recv response="200" next="end"/>
"""

_NEVER = """
  <label id="never"/>
  <recv request="CANCEL"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <send retrans="500"><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
To:[$here];tag=[pid]g[call_number]
[last_Call-ID:]
CSeq: [$cseq] INVITE
Content-Length: 0

]]></send>
  <recv request="ACK" next="end"/>
"""

_BUSY = """
  <label id="busy"/>
  <send retrans="500"><![CDATA[
SIP/2.0 486 Busy Here
[last_Via:]
[last_From:]
[last_To:];tag=[pid]g[call_number]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <recv request="ACK" next="end"/>
"""

_TAIL = """
  <label id="bye"/>
  <recv request="BYE"/>
  <send><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <label id="end"/>
  <Reference variables="whole,key"/>
</scenario>
"""


def scenario() -> str:
    """Return the scenario of all kinds of guests."""
    ways = {"5": "never", "6": "busy", "7": "down", "8": "deaf", "9": "sleeps"}
    head = _HEAD.replace(
        '<assign assign_to="key"',
        '<ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>\n      '
        '<assign assign_to="key"',
    )
    tests = "".join(_TEST.format(digit=digit, label=label) for digit, label in ways.items())
    return "".join(
        [
            head,
            tests,
            _ANSWER.format(label="wakes"),
            _KEY.format(key="1"),
            _ANSWER.format(label="sleeps"),
            _KEY.format(key="2"),
            _ANSWER.format(label="down"),
            _PUTS_DOWN,
            _ANSWER.format(label="deaf"),
            '  <nop next="bye"/>\n',
            _NEVER,
            _BUSY,
            _TAIL,
        ]
    )


@dataclass
class Guests:
    """A hotel full of guests at a port of loopback."""

    program: list[str]
    port: int
    folder: Path
    _process: subprocess.Popen[bytes] | None = None

    def check_in(self) -> None:
        """Let them answer from now on."""
        path = self.folder / "guests.xml"
        path.write_text(scenario())
        words = [
            *self.program,
            *("-sf", str(path), "-i", "127.0.0.1", "-p", str(self.port), "-nostdin"),
            *("-trace_shortmsg", "-shortmessage_file", str(self.folder / "sip.csv")),
            *("-trace_err", "-error_file", str(self.folder / "errors.log")),
            *("-min_rtp_port", "30000", "-max_rtp_port", "39999"),
        ]
        with (self.folder / "sipp.out").open("wb") as out:
            self._process = subprocess.Popen(words, cwd=self.folder, stdout=out, stderr=out)

    @property
    def are_there(self) -> bool:
        """Tell whether SIPp still runs."""
        return self._process is not None and self._process.poll() is None

    def check_out(self) -> None:
        """Send them home."""
        if self._process:
            self._process.kill()
            self._process.wait()

    def invites(self) -> list[tuple[float, str]]:
        """Return every call that came: seconds since 1970, and the number dialled.

        A line of SIPp's book: day, time, seconds since 1970, R or S, Call-ID, CSeq, first line.
        """
        found: dict[str, tuple[float, str]] = {}
        book = self.folder / "sip.csv"
        lines = book.read_text(errors="replace").splitlines() if book.exists() else []
        for line in lines:
            columns = line.split("\t")
            if len(columns) > 6 and columns[3] == "R" and columns[6].startswith("INVITE"):
                number = columns[6].partition("sip:")[2].partition("@")[0]
                found.setdefault(columns[4], (float(columns[2]), number))  # not the repeated ones
        return list(found.values())
