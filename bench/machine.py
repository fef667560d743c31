"""The name of the machine that figures were measured on."""

import os
import platform
from pathlib import Path


def described(asterisk: str) -> str:
    """Return the machine in one line: CPU, cores, kernel, Python, Asterisk."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, Linux {platform.release()}, "
        f"Python {platform.python_version()}, Asterisk {asterisk}"
    )


def load() -> float:
    """Return the load average of the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return " ".join(line.partition(":")[2].split())
    return platform.machine()
