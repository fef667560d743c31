"""The switch to compare with: the same Asterisk with a few lines of dialplan, nothing more.

Three numbers on it: `answer` (dialplan only), `recorded` (answer and stereo MixMonitor, as ours),
`process` (one Python process with pyst2 for each call). Each rings as long as ours before it
answers; the caller hangs up.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from supervisor.asterisk import Installation

SCRIPT = Path(__file__).parent / "process_agi.py"

MODULES = """
res_timing_timerfd res_pjproject res_sorcery_config res_sorcery_memory res_sorcery_astdb res_crypto
res_http_websocket res_speech res_agi res_rtp_asterisk res_musiconhold
res_pjsip res_pjsip_session res_pjsip_sdp_rtp
res_pjsip_acl res_pjsip_caller_id res_pjsip_dlg_options res_pjsip_endpoint_identifier_ip
res_pjsip_endpoint_identifier_user res_pjsip_maintenance res_pjsip_nat res_pjsip_pubsub
res_pjsip_outbound_authenticator_digest res_pjsip_rfc3326 chan_pjsip codec_alaw
codec_ulaw codec_resample format_sln format_pcm format_wav
bridge_simple app_mixmonitor app_playback func_uuid func_strings pbx_config
"""


@dataclass(frozen=True)
class PlainSwitch:
    """A running Asterisk of the comparison."""

    port: int
    pid: int


@contextmanager
def running(installation: Installation, *, port: int, answer_after: float) -> Iterator[PlainSwitch]:
    """Run it until the block ends; its folder goes with it."""
    with tempfile.TemporaryDirectory(prefix="plain-") as folder:
        home = Path(folder)
        _configure(home, installation, port=port, answer_after=answer_after)
        etc = home / "etc" / "asterisk.conf"
        with (home / "out").open("w") as output:
            process = subprocess.Popen(
                [*installation.argv, "-f", "-C", str(etc)], stdout=output, stderr=output
            )
        try:
            _await_boot(installation, etc, process)
            yield PlainSwitch(port, process.pid)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _configure(home: Path, installation: Installation, *, port: int, answer_after: float) -> None:
    for name in ("etc", "run", "log", "spool", "lib", "lib/keys"):
        (home / name).mkdir(parents=True)
    folders = {
        "astetcdir": home / "etc",
        "astvarlibdir": home / "lib",
        "astdbdir": home / "lib",
        "astkeydir": home / "lib",
        "astagidir": home / "lib",
        "astspooldir": home / "spool",
        "astrundir": home / "run",
        "astlogdir": home / "log",
        **installation.folders,
    }
    lines = "".join(f"{name} => {folder}\n" for name, folder in folders.items())
    loads = "".join(f"load = {name}.so\n" for name in MODULES.split())
    written = {
        "asterisk.conf": f"[directories]\n{lines}\n[options]\nmaxfiles = 60000\n",
        "modules.conf": f"[modules]\nautoload = no\n{loads}",
        "logger.conf": "[logfiles]\nmessages => warning,error\n",
        "rtp.conf": "[general]\nrtpstart = 30000\nrtpend = 39998\n",
        "pjsip.conf": _pjsip(port),
        "extensions.conf": _dialplan(home / "spool", answer_after),
    }
    for name, content in written.items():
        (home / "etc" / name).write_text(content)


def _pjsip(port: int) -> str:
    return f"""
[system]
type = system
threadpool_initial_size = 10
threadpool_auto_increment = 5
[udp]
type = transport
protocol = udp
bind = 127.0.0.1:{port}
[trunk]
type = endpoint
context = bench
disallow = all
allow = alaw,ulaw
direct_media = no
timers = no
[trunk]
type = identify
endpoint = trunk
match = 127.0.0.1
"""


def _dialplan(spool: Path, answer_after: float) -> str:
    rings = f" same => n,Ringing()\n same => n,Wait({answer_after})\n"
    return f"""
[bench]
exten => answer,1,NoOp()
{rings} same => n,Answer()
 same => n,Wait(60)
exten => recorded,1,Set(CALL=${{UUID()}})
{rings} same => n,MixMonitor({spool}/${{CALL}}.raw,D)
 same => n,Answer()
 same => n,Wait(60)
exten => process,1,NoOp()
{rings} same => n,Set(AGISIGHUP=yes)
 same => n,AGI({_launcher(spool)})
"""


def _launcher(spool: Path) -> Path:
    """Write the script that Asterisk starts for each call: it takes no arguments for a program."""
    launcher = spool / "process_agi"
    launcher.write_text(f'#!/bin/sh\nunset LD_LIBRARY_PATH\nexec "{sys.executable}" "{SCRIPT}"\n')
    launcher.chmod(0o700)
    return launcher


def _await_boot(installation: Installation, etc: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    remote = installation.remote(etc, "core waitfullybooted")
    while time.monotonic() < deadline and process.poll() is None:
        done = subprocess.run(remote, capture_output=True, text=True, check=False)
        if "fully booted" in done.stdout:
            return
        time.sleep(0.2)
    raise RuntimeError("the plain Asterisk did not start")
