"""What this process is called among others, and whether another one of the same machine still runs.

A lease runs out only after some seconds. Where the dead ran on this machine nobody has to wait for that.
"""

import hashlib
import os
import socket
from contextlib import suppress
from pathlib import Path
from secrets import token_hex

BOOT = Path("/proc/sys/kernel/random/boot_id")
NAMESPACE = Path("/proc/self/ns/pid")
START_TIME = 19
"""Where a process's start stands in /proc/PID/stat, counted after its name (proc(5), field 22)."""


def own_name() -> str:
    """`host.PID.START.PLACE.WORD`: unique, and readable for whoever looks into the table."""
    host = socket.gethostname().partition(".")[0][:24]
    return f"{host}.{os.getpid()}.{_started(os.getpid()) or ''}.{_place()}.{token_hex(4)}"


def is_surely_dead(name: str) -> bool:
    """Whether the process of that name ran under this kernel, among the processes seen from here, and is gone."""
    try:
        pid, started, place, _ = name.split(".")[-4:]
        if not place or place != _place():
            return False
        now = _started(int(pid))
        # Hidden from here (another user's, under a hardened unit) is not gone.
        return _is_gone(int(pid)) if now is None else now != started
    except ValueError:
        return False


def _place() -> str:
    """This boot of this machine and what of its processes can be seen; empty where that cannot be told."""
    with suppress(OSError):
        seen = f"{BOOT.read_text()}{NAMESPACE.readlink()}"
        return hashlib.sha256(seen.encode()).hexdigest()[:12]
    return ""


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _started(pid: int) -> str | None:
    """When a process started, in ticks; empty where it only waits for its parent, None where nothing is seen of it."""
    with suppress(OSError):
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        return "" if state in {"Z", "X"} else rest[START_TIME - 1]
    return None
