"""A private mail server for tests: Dovecot (IMAP, LMTP) and Exim (SMTP), real, on loopback ports.

    def test_…(mail_server: MailServer):
        mail_server.deliver(b"Subject: …", to="hotline")     # into a mailbox, as it is
        mail_server.mailbox("zhang").letters()               # what lies in one

Both speak TLS too: STARTTLS at `imap` and `smtp`, from the first byte at `imaps` and `smtps`.
Every name has a mailbox at `mail.test`, with PASSWORD. Exim takes letters by SMTP, and hands them
to Dovecot; some names behave on their own:

    robot      answers every letter by itself, as RFC 3834 asks (Exim's `autoreply`)
    nobody     is accepted, and comes back as a bounce
    refused    is refused at once (550)
    later      is put off (451)

Both programs run with their unpacked folder as root directory, in namespaces of their own that end
with the test's process. Make the fixture with `yield from running(…)` (see tests/conftest.py).
"""

import imaplib
import shutil
import signal
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.certificates import certificate
from tests.ports import free_port

HOST = "mail.test"
PASSWORD = "letters-only"

START = """set -e
mount --rbind /dev $1/dev
mount -t proc proc $1/proc
mount --bind $2 $1/state
mount --bind $2/etc $1/etc
mount --bind $2/tmp $1/tmp
exec chroot $1 "$3" $4
"""

DOVECOT = """
base_dir = /state/run
state_dir = /state/run
log_path = /state/dovecot.log
auth_mechanisms = plain login
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
protocols = imap lmtp
ssl = yes
ssl_cert = </etc/mail.pem
ssl_key = </etc/mail.pem
disable_plaintext_auth = no
mail_location = maildir:/state/mail/%n
mail_home = /state/home/%n
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid=65534 gid=65534
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""

EXIM = """
primary_hostname = {host}
domainlist local_domains = {host}
local_interfaces = 127.0.0.1
daemon_smtp_ports = {smtp} : {smtps}
tls_on_connect_ports = {smtps}
spool_directory = /state/exim
log_file_path = /state/exim-%slog
pid_file_path = /state/exim.pid
message_size_limit = 60M
host_lookup =
rfc1413_hosts =
tls_advertise_hosts = *
tls_certificate = /etc/mail.pem
tls_privatekey = /etc/mail.pem
queue_run_max = 2
keep_environment =
notifier_socket =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
  deny local_parts = refused
    message = no such mailbox here
  defer local_parts = later
    message = come again later
  accept domains = +local_domains
  deny message = relaying is not for you
begin routers
bounced:
  driver = redirect
  local_parts = nobody
  allow_fail
  data = :fail: the mailbox is full
robot:
  driver = accept
  local_parts = robot
  condition = ${{if !match{{$h_auto-submitted:}}{{auto}}}}
  senders = ! : ! ^(mailer-daemon|postmaster)@
  unseen
  transport = away
dovecot:
  driver = accept
  transport = lmtp
begin transports
lmtp:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  hosts_override
  port = {lmtp}
  allow_localhost
away:
  driver = autoreply
  to = $sender_address
  from = robot@{host}
  subject = "Out of office"
  text = "I am on holiday."
  user = nobody
begin retry
* * F,1h,1s
begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = true
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{{password}}}}}
"""

PASSWD = (
    "root:x:0:0::/:/bin/sh\nDebian-exim:x:101:101::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
)
GROUP = "root:x:0:\nDebian-exim:x:101:\nmail:x:8:\nnogroup:x:65534:\n"


@dataclass
class Mailbox:
    """One mailbox, as its owner sees it."""

    name: str
    port: int

    @contextmanager
    def opened(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            client.login(self.name, PASSWORD)
            client.select(folder)
            yield client
        finally:
            with suppress(OSError, imaplib.IMAP4.error):
                client.logout()

    def letters(self) -> list[bytes]:
        """Return every letter, whole."""
        with self.opened() as client:
            _, [numbers] = client.search(None, "ALL")
            found = []
            for number in numbers.split():
                _, data = client.fetch(number.decode(), "(BODY.PEEK[])")
                assert isinstance(data[0], tuple)
                found.append(data[0][1])
            return found

    def flags(self) -> str:
        with self.opened() as client:
            return repr(client.fetch("1:*", "(FLAGS)")[1])


@dataclass
class MailServer:
    """Both servers; stop and freeze them to see what that does to us."""

    root: Path
    folder: Path
    imap: int = field(default_factory=free_port)
    lmtp: int = field(default_factory=free_port)
    smtp: int = field(default_factory=free_port)
    imaps: int = field(default_factory=free_port)
    smtps: int = field(default_factory=free_port)
    _running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def certificate(self) -> Path:
        """Who both say they are: 127.0.0.1, by their own word."""
        return self.folder / "etc" / "mail.pem"

    def mailbox(self, name: str) -> Mailbox:
        return Mailbox(name, self.imap)

    def deliver(
        self, content: bytes, *, to: str = "hotline", sender: str = "x@elsewhere.test"
    ) -> None:
        """Put a letter into a mailbox just as it is, by LMTP."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as client:
            client.sendmail(sender, [f"{to}@{HOST}"], content)

    def submit(self, content: bytes, *, to: str, sender: str) -> None:
        """Send a letter through Exim, as another mail server would."""
        with smtplib.SMTP("127.0.0.1", self.smtp) as client:
            client.sendmail(sender, [to], content)

    def start(self) -> None:
        """Start both, and wait until they answer (20 s at most)."""
        self._configure()
        self._run("/usr/sbin/dovecot", "-F")
        self._run("/usr/sbin/exim4", "-bdf -q2s")
        deadline = time.monotonic() + 20
        while True:
            try:
                with self.mailbox("hotline").opened(), smtplib.SMTP("127.0.0.1", self.smtp):
                    return
            except (OSError, imaplib.IMAP4.error, smtplib.SMTPException):
                if time.monotonic() > deadline:
                    raise RuntimeError(self.log()) from None
                time.sleep(0.05)

    def stop(self) -> None:
        """End both at once."""
        for process in self._running:
            process.kill()
            process.wait(timeout=20)
        self._running.clear()

    def freeze(self, signal_: signal.Signals = signal.SIGSTOP) -> None:
        """Freeze both: connections are taken and nothing answers."""
        for process in self._running:
            for pid in _family(process.pid):
                with suppress(ProcessLookupError):
                    __import__("os").kill(pid, signal_)

    def go_on(self) -> None:
        self.freeze(signal.SIGCONT)

    def renumber(self, name: str) -> None:
        """Give a mailbox another UIDVALIDITY, as a restore or a move to another server does."""
        for file in (self.folder / "mail" / name).glob("dovecot*"):
            if file.name.startswith("dovecot-uidvalidity"):
                continue  # by it Dovecot never gives the same one twice within a second
            shutil.rmtree(file) if file.is_dir() else file.unlink()

    def log(self) -> str:
        files = (
            *self.folder.glob("*.log"),
            *self.folder.glob("exim-*"),
            *self.folder.glob("*.out"),
        )
        return "\n".join(f"{file.name}: {file.read_text(errors='replace')}" for file in files)

    def _configure(self) -> None:
        ports = {name: getattr(self, name) for name in ("imap", "imaps", "lmtp", "smtp", "smtps")}
        values = {"host": HOST, "password": PASSWORD, **ports}
        for name in ("etc/dovecot", "etc/exim4", "run", "mail", "home", "exim", "tmp"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for name in ("run", "mail", "home"):
            shutil.chown(self.folder / name, 65534, 65534)
        for path in (self.folder, self.folder / "exim"):
            shutil.chown(path, 101, 101)
            path.chmod(0o755)
        (self.folder / "tmp").chmod(0o1777)
        certificate(self.certificate).chmod(0o644)  # Exim reads it under its own name
        for name, text in (
            ("passwd", PASSWD),
            ("group", GROUP),
            ("hosts", f"127.0.0.1 localhost {HOST}\n"),
            ("dovecot/dovecot.conf", DOVECOT.format(**values)),
            ("exim4/exim4.conf", EXIM.format(**values)),
        ):
            (self.folder / "etc" / name).write_text(text)

    def _run(self, program: str, words: str) -> None:
        command: Sequence[str] = (
            *("unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"),
            *("sh", "-c", START, "start", str(self.root), str(self.folder), program, words),
        )
        name = program.rpartition("/")[2]
        with (self.folder / f"{name}.out").open("ab") as out:
            self._running.append(
                subprocess.Popen(
                    ["setpriv", "--pdeathsig", "KILL", "--", *command], stdout=out, stderr=out
                )
            )


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, task.read_text().split())
    return found


@contextmanager
def running(root: Path) -> Iterator[MailServer]:
    """Give fresh servers, and take them and their files away again."""
    folder = Path(tempfile.mkdtemp(prefix="ring-mail-"))
    server = MailServer(root, folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
