"""What SIPp is to do: desk phones that register and answer, and callers. Does no I/O."""

from collections.abc import Sequence

from bench.shift.plan import ANSWERS_AFTER_MS, IGNORES

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

_SDP = """\
v=0
o=shift 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [rtpstream_audio_port] RTP/AVP 8
a=rtpmap:8 PCMA/8000
a=ptime:20
"""

_REGISTER = """\
  <send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[remote_ip]>;tag=[pid]r[call_number]
To: <sip:[field0]@[remote_ip]>
Call-ID: [call_id]
CSeq: @CSEQ@ REGISTER
Contact: <sip:[field0]@[local_ip]:[local_port]>
Max-Forwards: 70
Expires: 3600
@AUTH@Content-Length: 0

]]></send>
"""


def registering() -> str:
    """Return the scenario of one phone that registers; `field0` number, `field1` credentials."""
    first = _REGISTER.replace("@CSEQ@", "1").replace("@AUTH@", "")
    again = _REGISTER.replace("@CSEQ@", "2").replace("@AUTH@", "[field1]\n")
    return (
        f'{_HEAD}<scenario name="registering">\n{first}'
        f'  <recv response="401" auth="true"/>\n{again}  <recv response="200"/>\n</scenario>\n'
    )


_ANSWER_TO = """\
  <send><![CDATA[
SIP/2.0 {status}
[last_Via:]
[last_From:]
[last_To:]{tag}
[last_Call-ID:]
[last_CSeq:]
{contact}{body}
]]></send>
"""
_TAG = ";tag=[pid]p[call_number]"
_CONTACT = "Contact: <sip:phone@[local_ip]:[local_port]>\n"
_NO_BODY = "Content-Length: 0\n"


def _answer(status: str, *, tag: str = _TAG) -> str:
    return _ANSWER_TO.format(status=status, tag=tag, contact=_CONTACT, body=_NO_BODY)


def answering(talks_ms: Sequence[int], speech: str) -> str:
    """Return the scenario of all phones: most rings are answered, talks end after `talks_ms`.

    Which branch a call takes is drawn by SIPp. Asterisk's question whether the phone is alive is
    answered too.
    """
    waits = [(f"wait{ms}", ms) for ms in ANSWERS_AFTER_MS]
    lengths = [(f"talk{place}", ms) for place, ms in enumerate(talks_ms)]
    ok = "Content-Type: application/sdp\nContent-Length: [len]\n\n" + _SDP
    parts = [
        _HEAD,
        '<scenario name="phones">\n',
        '  <recv request="OPTIONS" optional="true" next="alive"/>\n',
        '  <recv request="INVITE"><action>\n',
        *(
            f'    <ereg regexp="{regexp}" search_in="hdr" header="{header}" assign_to="{name}"/>\n'
            for regexp, header, name in (
                (".*", "From:", "caller"),
                (".*", "To:", "phone"),
                ("sip:[^&gt;]*", "Contact:", "target"),
                (".*", "CSeq:", "cseq"),
            )
        ),
        "  </action></recv>\n",
        _answer("180 Ringing"),
        f'  <nop next="ignored" chance="{IGNORES}"/>\n',
        *_drawn([name for name, _ in waits]),
        *(
            f'  <label id="{name}"/>\n  <recv request="CANCEL" timeout="{ms}"'
            f' ontimeout="answer" next="cancelled"/>\n'
            for name, ms in waits
        ),
        '  <label id="ignored"/>\n  <recv request="CANCEL" next="cancelled"/>\n',
        '  <label id="answer"/>\n',
        _first_answer("200 OK", body=ok, extra=' retrans="500"'),
        '  <recv request="ACK"/>\n',
        f'  <nop><action><exec rtp_stream="{speech},-1,8,PCMA/8000"/></action></nop>\n',
        *_drawn([name for name, _ in lengths]),
        *(
            f'  <label id="{name}"/>\n  <recv request="BYE" timeout="{ms}"'
            f' ontimeout="bye" next="ended"/>\n'
            for name, ms in lengths
        ),
        '  <label id="bye"/>\n',
        _BYE,
        '  <recv response="200" next="over"/>\n',
        '  <label id="ended"/>\n',
        _answer("200 OK", tag=""),
        '  <nop next="over"/>\n',
        '  <label id="cancelled"/>\n',
        _answer("200 OK", tag=""),
        _first_answer("487 Request Terminated", extra=' retrans="500"'),
        '  <recv request="ACK" next="over"/>\n',
        '  <label id="alive"/>\n',
        _answer("200 OK"),
        '  <label id="over"/>\n  <pause milliseconds="200"/>\n',
        "</scenario>\n",
    ]
    return "".join(parts)


def _drawn(labels: Sequence[str]) -> list[str]:
    """Return jumps to one of the labels, each as likely."""
    return [
        f'  <nop next="{label}" chance="{1 / (len(labels) - place):.4f}"/>\n'
        for place, label in enumerate(labels[:-1])
    ] + [f'  <nop next="{labels[-1]}"/>\n']


def _first_answer(status: str, *, body: str = _NO_BODY, extra: str = "") -> str:
    """Answer the INVITE when something else was received since."""
    return (
        f"  <send{extra}><![CDATA[\nSIP/2.0 {status}\n[last_Via:]\nFrom:[$caller]\n"
        f"To:[$phone]{_TAG}\n[last_Call-ID:]\nCSeq:[$cseq]\n{_CONTACT}{body}\n]]></send>\n"
    )


_BYE = f"""\
  <send retrans="500"><![CDATA[
BYE [$target] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From:[$phone]{_TAG}
To:[$caller]
[last_Call-ID:]
CSeq: 1 BYE
Max-Forwards: 70
Content-Length: 0

]]></send>
"""

_REQUEST = """\
  <send retrans="500"><![CDATA[
@METHOD@ [next_url] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:[service]@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: @CSEQ@ @METHOD@
Max-Forwards: 70
@BODY@
]]></send>
"""


def calling(speech: str) -> str:
    """Return the scenario of one caller; fields: number, X-Ref, ms late, ms of life."""
    invite = (
        "INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0\n"
        "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n"
        "From: <sip:[field0]@[local_ip]:[local_port]>;tag=[pid]c[call_number]\n"
        "To: <sip:[service]@[remote_ip]:[remote_port]>\n"
        "Call-ID: [call_id]\nCSeq: 1 INVITE\n"
        "Contact: <sip:[field0]@[local_ip]:[local_port]>\nMax-Forwards: 70\nX-Ref: [field1]\n"
        "Content-Type: application/sdp\nContent-Length: [len]\n\n" + _SDP
    )
    numbers = "".join(
        f'    <assignstr assign_to="{name}_said" value="[field{place}]"/>\n'
        f'    <todouble assign_to="{name}" variable="{name}_said"/>\n'
        for place, name in ((2, "late"), (3, "life"))
    )
    return "".join(
        (
            f'{_HEAD}<scenario name="callers">\n  <nop><action>\n{numbers}  </action></nop>\n',
            '  <pause variable="late"/>\n',
            f'  <send retrans="500"><![CDATA[\n{invite}]]></send>\n',
            '  <recv response="100" optional="true"/>\n  <recv response="180" optional="true"/>\n',
            '  <recv response="183" optional="true"/>\n  <recv response="200" rrs="true"/>\n',
            _request("ACK", 1, again=False),
            f'  <nop><action><exec rtp_stream="{speech},-1,8,PCMA/8000"/></action></nop>\n',
            '  <pause milliseconds="8000"/>\n',
            _request("INFO", 2, body="Signal=3\r\nDuration=160\r\n"),
            '  <recv response="200"/>\n',
            '  <pause variable="life"/>\n',
            _request("BYE", 3),
            '  <recv response="200"/>\n</scenario>\n',
        )
    )


def _request(method: str, number: int, *, body: str = "", again: bool = True) -> str:
    kind = "Content-Type: application/dtmf-relay\n" if body else ""
    text = _REQUEST if again else _REQUEST.replace(' retrans="500"', "")
    length = "Content-Length: [len]\n\n" + body if body else "Content-Length: 0\n"
    return (
        text.replace("@METHOD@", method)
        .replace("@CSEQ@", str(number))
        .replace("@BODY@", kind + length)
    )
