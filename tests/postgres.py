"""A PostgreSQL of our own, in a folder of its own, on a port of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_postgres() -> Path:
    """The folder of initdb and postgres; `./run test` installs it where it is missing."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: float(one.parent.name))


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server; its DSN without a database name."""
    programs = find_postgres()
    # It refuses to run as root, so another user must be able to walk into its folder.
    user = "nobody" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="landed-postgres-"))
    if user:
        shutil.chown(folder, pwd.getpwnam(user).pw_uid)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "landed", "-A", "trust", "--no-sync", "-E", "UTF8"],
        check=True,
        capture_output=True,
        user=user,
        cwd=folder,
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-F"]
    server = subprocess.Popen(
        [str(programs / "postgres"), "-D", str(data), *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        cwd=folder,
    )
    try:
        _wait_for(port)
        yield f"postgresql://landed@127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder)


def _wait_for(port: int) -> None:
    import psycopg

    end = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(
                f"postgresql://landed@127.0.0.1:{port}/postgres", connect_timeout=5
            ).close()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
