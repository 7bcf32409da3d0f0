"""Starts the embedded engine as a child process, and starts it again when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from landed.errors import StoreError

__all__ = ["EngineProcess", "EngineState", "free_port", "restart_delay_seconds", "store_is_sealed"]

_PASSWORD_VARIABLE: Final = "LANDED_ENGINE_PASSWORD"  # noqa: S105 - the variable's name, no password
_PORTS: Final = range(20_000, 32_000)
_TRIES: Final = 20
_READY_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 15.0
_HEALTHY_SECONDS: Final = 60.0
_LOG_BYTES: Final = 4 << 20
_LOG_TAIL_BYTES: Final = 2000


@dataclass(frozen=True, slots=True)
class EngineState:
    """How the engine's process is doing.

    Attributes:
        pid: Its process id, or None while there is none.
        running: It has said that it serves and has not ended since.
        restarts: How often it was started again.
        last_exit: How the last process ended: a status, or minus a signal's number.
        since: When this state began.
    """

    pid: int | None
    running: bool
    restarts: int
    last_exit: int | None
    since: datetime


def free_port(host: str = "127.0.0.1") -> int:
    """Give a port that nobody listens on; it is listened on seconds later.

    It lies below those that the system gives to whoever asks for any: of these another program may
    get the same one meanwhile.

    Args:
        host: Where it is listened on.

    Raises:
        OSError: The address is not of this machine.
    """
    for _ in range(_TRIES):
        port = secrets.choice(_PORTS)
        with contextlib.suppress(OSError), socket.create_server((host, port)):
            return port
    with socket.create_server((host, 0)) as listener:
        any_port: int = listener.getsockname()[1]
    return any_port


def store_is_sealed(data: Path) -> bool | None:
    """Tell whether the store in a folder is encrypted; None where there is no store yet.

    Args:
        data: The engine's own folder.
    """
    if (data / "sealed").exists():
        return True
    return False if (data / "store").exists() else None


def restart_delay_seconds(failures: int) -> float:
    """Say how long to wait before a start: 0.2 s, doubled each time, at most 30 s.

    Args:
        failures: Ends in a row so far, without a healthy minute between them.

    Examples:
        >>> restart_delay_seconds(1), restart_delay_seconds(3), restart_delay_seconds(50)
        (0.2, 0.8, 30.0)
    """
    return float(min(30.0, 0.2 * 2 ** min(failures - 1, 10)))


class EngineProcess:
    """One embedded engine and the thread that keeps it alive.

    Port and password stay the same over restarts, so a client made from `dsn` goes on
    working. The child ends by itself when this process ends, however it ends.

    Args:
        data: The engine's own folder; one engine at a time may own it.
        memory_bytes: Cap on the engine's memory; None for half of the machine's.
        threads: Queries that run at once.
        user: Name of its one user.
        config_extra: File with further XML configuration, such as disks.
        keys: Keys of an encrypted store, 64 hexadecimal digits each, by key id; the highest id is
            for new files. None for a store that is not encrypted.
        now: The clock for `EngineState.since`.

    Raises:
        StoreError: From `start`, when the engine does not come up.
    """

    def __init__(
        self,
        data: Path,
        *,
        memory_bytes: int | None = None,
        threads: int = 4,
        user: str = "default",
        config_extra: Path | None = None,
        keys: Mapping[int, str] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._data = data
        self._memory_bytes = memory_bytes
        self._threads = threads
        self._user = user
        self._config_extra = config_extra
        self._keys = keys or {}
        self._now = now
        self._password = secrets.token_urlsafe(24)
        self._port = free_port()  # known before the start, so that clients can be made
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._monitor: threading.Thread | None = None
        self._state = EngineState(None, running=False, restarts=0, last_exit=None, since=now())

    @property
    def dsn(self) -> str:
        """Where the store reaches it: `clickhouse://user:...@127.0.0.1:port/landed`."""
        return f"clickhouse://{self._user}:{self._password}@127.0.0.1:{self._port}/landed"

    @property
    def log_file(self) -> Path:
        """What the engine writes to its standard error."""
        return self._data / "engine.log"

    def state(self) -> EngineState:
        """Say how it is doing now; never waits."""
        return self._state

    def start(self) -> None:
        """Start it, wait until it serves, and watch it from then on.

        Raises:
            StoreError: It ended or stayed silent; the message ends with its last words.
        """
        if self._monitor is not None:
            raise StoreError("the engine is running already; stop it before it is started again")
        self._data.mkdir(parents=True, exist_ok=True, mode=0o700)
        _rotate(self.log_file)
        self._stopping.clear()
        try:
            self._launch()
        except StoreError:
            self._end_process()
            raise
        self._monitor = threading.Thread(target=self._watch, name="engine-monitor", daemon=True)
        self._monitor.start()

    def stop(self) -> None:
        """End it in an orderly way, by force after 15 s. Does nothing if it is not running."""
        self._stopping.set()
        self._end_process()
        if self._monitor is not None:
            self._monitor.join()
            self._monitor = None

    def _launch(self) -> None:
        with self._lock:
            if self._stopping.is_set():
                return
            process = self._process = self._spawn()
        self._note(pid=process.pid, running=False)
        line = _first_line(process)
        try:
            self._port = int(json.loads(line)["port"])
        except (ValueError, KeyError, TypeError):
            raise StoreError(self._last_words(process)) from None
        self._note(pid=process.pid, running=True)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "landed.engine", "--data", str(self._data)]
        command += ["--port", str(self._port), "--threads", str(self._threads)]
        command += ["--user", self._user, "--password-env", _PASSWORD_VARIABLE]
        if self._memory_bytes is not None:
            command += ["--memory-bytes", str(self._memory_bytes)]
        if self._config_extra is not None:
            command += ["--config-extra", str(self._config_extra)]
        if self._keys:
            command.append("--sealed")
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own module, by our own interpreter
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                # Ctrl-C is for us alone: what we still have to write needs the engine.
                start_new_session=True,
                env=self._environment(),
            )
        if self._keys and process.stdin is not None:
            # By a pipe, since a query could read the environment of its own process.
            with contextlib.suppress(BrokenPipeError):
                os.write(process.stdin.fileno(), json.dumps(self._keys).encode() + b"\n")
        return process

    def _environment(self) -> dict[str, str]:
        """Ours, without the master key, and with the password that only the engine needs."""
        kept = {name: text for name, text in os.environ.items() if not _is_ours(name)}
        return {**kept, _PASSWORD_VARIABLE: self._password}

    def _watch(self) -> None:
        failures = 0
        while (process := self._process) is not None:
            began = time.monotonic()
            last_exit = process.wait()
            _close_pipes(process)
            if time.monotonic() - began > _HEALTHY_SECONDS:
                failures = 0
            failures += 1
            self._note(pid=None, running=False, last_exit=last_exit)
            if self._stopping.wait(restart_delay_seconds(failures)):
                return
            self._relaunch()

    def _relaunch(self) -> None:
        self._note(pid=None, running=False, restarts=self._state.restarts + 1)
        try:
            self._launch()
        except StoreError:
            # It has ended or is silent: make sure it ends, and let the watch try again.
            if self._process is not None:
                self._process.kill()

    def _end_process(self) -> None:
        with self._lock:
            process = self._process
        if process is None:
            return
        if process.stdin is not None and not process.stdin.closed:
            process.stdin.close()
        try:
            last_exit = process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            last_exit = process.wait()
        _close_pipes(process)
        self._process = None
        self._note(pid=None, running=False, last_exit=last_exit)

    def _note(
        self,
        *,
        pid: int | None,
        running: bool,
        last_exit: int | None = None,
        restarts: int | None = None,
    ) -> None:
        old = self._state
        self._state = EngineState(
            pid,
            running=running,
            restarts=old.restarts if restarts is None else restarts,
            last_exit=old.last_exit if last_exit is None else last_exit,
            since=self._now(),
        )

    def _last_words(self, process: subprocess.Popen[bytes]) -> str:
        status = process.poll()
        ended = f"ended with status {status}" if status is not None else "is silent"
        tail = self.log_file.read_bytes()[-_LOG_TAIL_BYTES:].decode(errors="replace").strip()
        return (
            f"the embedded engine in {self._data} did not come up: it {ended}. "
            f"Read {self.log_file}; its last lines: {tail}"
        )


def _is_ours(name: str) -> bool:
    return name.startswith("LANDED_MASTER_KEY")


def _first_line(process: subprocess.Popen[bytes]) -> bytes:
    """Wait for the line that says it serves; nothing if it ends or takes too long."""
    lines: list[bytes] = []
    stdout = process.stdout
    if stdout is None:
        return b""
    reader = threading.Thread(target=lambda: lines.append(stdout.readline()), daemon=True)
    reader.start()
    reader.join(_READY_SECONDS)
    if reader.is_alive():
        process.kill()
        reader.join()
    return lines[0] if lines else b""


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _rotate(log_file: Path) -> None:
    if log_file.exists() and log_file.stat().st_size > _LOG_BYTES:
        log_file.replace(log_file.with_suffix(".log.1"))
