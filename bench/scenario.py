"""What SIPp is told to do when it is rung: a scenario of everybody whom we ring in a bench.

A room of a hotel has a few digits, a customer of a campaign eleven; the last digit says what kind
of person it is (`bench/guests.py`). A key is a SIP INFO, which Asterisk takes for one on a trunk
without RTP events.
"""

from collections.abc import Sequence
from typing import Final

KEYS: Final = 8
"""How often a customer presses a key at most."""
ROOMS: Final = 24
"""How often an attendant does, who hears up to twenty rooms in one call."""

_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="guests">
  <recv request="INVITE" crlf="true" rrs="true">
    <action>
      <ereg regexp=":[0-9]*([0-9])@" search_in="hdr" header="To:" assign_to="whole,kind"/>
      <ereg regexp=":1[0-9]{10}@" search_in="hdr" header="To:" assign_to="customer"/>
      <ereg regexp=".*" search_in="hdr" header="From:" assign_to="there"/>
      <ereg regexp=".*" search_in="hdr" header="To:" assign_to="here"/>
      <ereg regexp="[0-9]+" search_in="hdr" header="CSeq:" assign_to="cseq"/>
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
  <nop next="customers" test="customer"/>
"""

_TEST = """
  <nop><action>
    <strcmp assign_to="{whose}differs{digit}" variable="kind" value="{digit}"/>
    <test assign_to="{whose}is{digit}" variable="{whose}differs{digit}" compare="equal" value="0"/>
  </action></nop>
  <nop next="{label}" test="{whose}is{digit}"/>
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

_INFO = """
  <send retrans="500"><![CDATA[
INFO [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$here];tag=[pid]g[call_number]
To:[$there]
Call-ID: [call_id]
CSeq: {cseq} INFO
Max-Forwards: 70
Content-Type: application/dtmf-relay
Content-Length: [len]

Signal={key}
Duration=160
]]></send>
"""

_KEY = """
  <pause milliseconds="6000"/>{info}
  <recv response="200" next="bye"/>
"""

_NEXT_KEY = """
  <recv request="BYE" timeout="{after}" ontimeout="{whose}{cseq}" next="left"/>
  <label id="{whose}{cseq}"/>{info}
  <recv request="BYE" optional="true" next="left"/>
  <recv response="200"/>
"""

_PUTS_DOWN = """
  <pause milliseconds="{after}"/>
  <send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$here];tag=[pid]g[call_number]
To:[$there]
Call-ID: [call_id]
CSeq: {cseq} BYE
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

_REFUSES = """
  <label id="{label}"/>
  <send retrans="500"><![CDATA[
SIP/2.0 {status}
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
  <label id="left"/>
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
  <Reference variables="whole"/>
</scenario>
"""


def scenario() -> str:
    """Return the scenario of all kinds of people."""
    return "".join(
        [
            _HEAD,
            *_ways("room", {"5": "never", "6": "busy", "7": "down", "8": "deaf", "9": "sleeps"}),
            _ANSWER.format(label="wakes"),
            _KEY.format(info=_INFO.format(key="1", cseq=1)),
            _ANSWER.format(label="sleeps"),
            *_keys("room", "2", [9000, *[4500] * (ROOMS - 1)]),
            '  <nop next="bye"/>\n',
            _ANSWER.format(label="down"),
            _PUTS_DOWN.format(after=3000, cseq=1),
            _ANSWER.format(label="deaf"),
            '  <nop next="bye"/>\n',
            *_customers(),
            _NEVER,
            _REFUSES.format(label="busy", status="486 Busy Here"),
            _REFUSES.format(label="off", status="480 Temporarily Unavailable"),
            _TAIL,
        ]
    )


def _customers() -> list[str]:
    """Return what customers do; who answers everything presses 1 until we hang up."""
    ways = {"4": "one", "5": "never", "6": "busy", "7": "at_once", "8": "deaf", "9": "off"}
    waits = [6000, *[3000] * (KEYS - 1)]
    return [
        '  <label id="customers"/>\n',
        *_ways("customer", ways),
        _ANSWER.format(label="answers"),
        *_keys("customer", "1", waits),
        '  <nop next="bye"/>\n',
        _ANSWER.format(label="one"),
        '  <pause milliseconds="12000"/>\n',
        _INFO.format(key="1", cseq=1),
        '  <recv response="200"/>\n',
        _PUTS_DOWN.format(after=1000, cseq=2),
        _ANSWER.format(label="at_once"),
        _PUTS_DOWN.format(after=300, cseq=1),
    ]


def _keys(whose: str, key: str, waits: Sequence[int]) -> list[str]:
    """Return what presses a key after each of so many ms, until we hang up."""
    return [
        _NEXT_KEY.format(
            whose=f"{whose}key", after=after, cseq=cseq, info=_INFO.format(key=key, cseq=cseq)
        )
        for cseq, after in enumerate(waits, 1)
    ]


def _ways(whose: str, ways: dict[str, str]) -> list[str]:
    return [_TEST.format(whose=whose, digit=digit, label=label) for digit, label in ways.items()]
