"""A small real Asterisk for contract tests: AGI, AMI, one queue, Local channels; no SIP.

It speaks to the code under test exactly as the hotline's Asterisk does, on ports of its own, with
everything else in a folder of the test.
"""

import contextlib
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from settings import Settings
from supervisor import asterisk as supervised_asterisk
from supervisor.asterisk import Installation
from tests.ports import free_port

SECRET = "a secret of the tests"
MODULES = """
    res_timing_timerfd res_speech res_agi pbx_config chan_bridge_media bridge_simple app_queue
    app_playback app_record app_dial app_verbose app_userevent app_celgenuserevent app_stack
    app_senddtmf app_exec app_playtones func_callerid func_channel func_timeout func_strings
    func_logic func_uuid format_wav format_sln format_pcm codec_ulaw codec_resample res_musiconhold
    res_cdrel_custom cel_custom res_clioriginate
"""


@dataclass
class SmallAsterisk:
    """A running Asterisk, started with a dialplan."""

    installation: Installation
    folder: Path
    ami_port: int
    boot: str = field(default_factory=lambda: "trk" + secrets.token_hex(4))
    process: subprocess.Popen[bytes] | None = None

    @property
    def configuration(self) -> Path:
        return self.folder / "etc" / "asterisk.conf"

    def start(self, dialplan: str) -> None:
        """Write the configuration and start; return when fully booted."""
        self._write(dialplan)
        words = ["setpriv", "--pdeathsig", "KILL", "--", *self.installation.argv]
        words += ["-f", "-C", str(self.configuration)]
        with (self.folder / "console").open("ab") as console:
            self.process = subprocess.Popen(words, stdout=console, stderr=console)
        deadline = time.monotonic() + 30
        while "FULLYBOOTED" not in self.console("core waitfullybooted").upper().replace(" ", ""):
            assert time.monotonic() < deadline, (self.folder / "console").read_text()
            time.sleep(0.05)

    def restart(self) -> None:
        """Kill it and start it again, under another name as the hotline's supervisor does."""
        self.stop(signal.SIGKILL)
        self.boot = "trk" + secrets.token_hex(4)
        self.start((self.folder / "etc" / "extensions.conf").read_text())

    def freeze(self, frozen: bool) -> None:
        assert self.process
        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(how)
            self.process.wait(20)

    def console(self, command: str) -> str:
        words = self.installation.remote(self.configuration, command)
        done = subprocess.run(words, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout + done.stderr

    def dialplan(self, text: str) -> None:
        """Replace the dialplan of the running Asterisk."""
        (self.folder / "etc" / "extensions.conf").write_text(text)
        self.console("dialplan reload")

    def _write(self, dialplan: str) -> None:
        etc = self.folder / "etc"
        for name in ("etc", "run", "log", "spool", "lib", "agi-bin"):
            (self.folder / name).mkdir(exist_ok=True)
        own = {
            "astetcdir": etc,
            "astvarlibdir": self.folder / "lib",
            "astdbdir": self.folder / "lib",
            "astkeydir": self.folder / "lib",
            "astagidir": self.folder / "agi-bin",
            "astspooldir": self.folder / "spool",
            "astrundir": self.folder / "run",
            "astlogdir": self.folder / "log",
        }
        directories = {**own, **self.installation.folders}
        lines = [f"{key} => {value}" for key, value in directories.items()]
        texts = {
            "asterisk.conf": "[directories]\n"
            + "\n".join(lines)
            + f"\n[options]\nsystemname = {self.boot}\n",
            "modules.conf": "[modules]\nautoload=no\n"
            + "\n".join(f"load={module}.so" for module in MODULES.split()),
            "manager.conf": "[general]\nenabled=yes\nbindaddr=127.0.0.1\ntimestampevents=yes\n"
            f"port={self.ami_port}\n[thirdring]\nsecret={SECRET}\nread=system,agent,user,call\n"
            "write=call,agent,originate,user,reporting\nwritetimeout=30000\n",
            "logger.conf": "[general]\n[logfiles]\nfull => notice,warning,error,verbose(4)\n",
            "queues.conf": "[hotline]\nmember => Local/wait@callers,0,张三\n",
            "cel.conf": "[general]\nenable=yes\napps=\nevents=USER_DEFINED\n",
            "cel_custom.conf": "[mappings]\ncel.csv => ${CSV_QUOTE(${userdeftype})},"
            "${CSV_QUOTE(${CHANNEL(uniqueid)})},${CSV_QUOTE(${eventextra})}\n",
            "extensions.conf": dialplan,
        }
        for name, text in texts.items():
            (etc / name).write_text(text + "\n")


@contextlib.contextmanager
def running(dialplan: str) -> Iterator[SmallAsterisk]:
    """Start one in a short folder of its own (its control socket's path may have 100 letters)."""
    installation = supervised_asterisk.obtain(Settings(), print)
    folder = Path(tempfile.mkdtemp(prefix="3r-"))
    asterisk = SmallAsterisk(installation, folder, free_port())
    try:
        asterisk.start(dialplan)
        yield asterisk
    finally:
        asterisk.stop(signal.SIGKILL)
        shutil.rmtree(folder)
