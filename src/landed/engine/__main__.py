"""`python -m landed.engine`: the process that owns the store for its whole life.

It says `{"port": ..., "pid": ...}` on its standard output when it serves, and ends when
its standard input does (the parent has died, however it died), or on SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from landed.engine.configuration import machine_memory_bytes, render_configuration
from landed.engine.execution import Executor
from landed.engine.gateway import Gateway
from landed.engine.library import Engine, quote_text
from landed.engine.request import ONE_USER
from landed.engine.running import RunningQueries
from landed.engine.scratch import FolderScratch, MemoryScratch, Scratch
from landed.engine.sealed_disk import (
    NEVER_ON_DISK,
    SEALED_POLICY,
    parse_keys,
    render_sealed_disk,
    shown_keys,
)
from landed.engine.types import EngineError

__all__ = ["main"]

_PATIENCE_SECONDS: Final = 10.0
_SETTLE_SECONDS: Final = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Open the store, serve it, and close it in the order that does no harm.

    Args:
        arguments: The command line without the program's name.

    Returns:
        The exit status: 0 after an orderly end, 1 when the store could not be opened, 2
        without a password.
    """
    options = _parse(arguments)
    # The password comes through the environment since a command line can be read by anyone.
    password = os.environ.pop(options.password_env, "")
    if not password:
        sys.stderr.write(f"{options.password_env} is empty; set it to the password to ask for\n")
        return 2
    keys_line = _first_line() if options.sealed else ""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=_await_orphanhood, args=(stop,), daemon=True).start()
    try:
        keys = parse_keys(keys_line) if options.sealed else {}
        with _own_folder(options.data, options.lock_seconds, stop):
            engine = _open_engine(options, keys)
            _make_database(engine)
            scratch = MemoryScratch() if keys else FolderScratch(options.data / "tmp")
            _serve(engine, options, scratch, password, stop)
    except (EngineError, OSError) as error:
        sys.stderr.write(f"the store in {options.data} cannot be opened: {error}\n")
        return 1
    return 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m landed.engine", description=__doc__)
    parser.add_argument("--data", type=_folder, required=True, help="folder that it owns")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 for any")
    parser.add_argument("--user", default=ONE_USER, help="name of the one user")
    parser.add_argument("--password-env", required=True, help="variable that holds the password")
    parser.add_argument(
        "--sealed", action="store_true", help="encrypted; standard input begins with its keys"
    )
    parser.add_argument("--memory-bytes", type=int, help="cap; half of the machine's if unset")
    parser.add_argument("--threads", type=int, default=4, help="queries that run at once")
    parser.add_argument("--queue-seconds", type=float, default=10.0, help="wait for a free place")
    parser.add_argument("--lock-seconds", type=float, default=30.0, help="wait for a predecessor")
    parser.add_argument("--config-extra", type=Path, help="file with further XML configuration")
    return parser.parse_args(arguments)


def _folder(text: str) -> Path:
    return Path(text).resolve()


@contextmanager
def _own_folder(data: Path, patience_seconds: float, stop: threading.Event) -> Iterator[None]:
    """Hold the folder for ourselves; wait for a predecessor that is still dying.

    chDB has a lock too, but says that it is taken in words that no program can rely on.
    """
    os.umask(0o077)
    data.mkdir(parents=True, exist_ok=True)
    give_up_at = time.monotonic() + patience_seconds
    with (data / "engine.lock").open("wb") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if stop.wait(0.05) or time.monotonic() > give_up_at:
                    message = f"another engine holds its lock for {patience_seconds:g} s; end it"
                    raise OSError(message) from None
        yield


def _open_engine(options: argparse.Namespace, keys: dict[int, str]) -> Engine:
    sealed: Path = options.data / "sealed"
    if sealed.exists() and not keys:
        raise OSError("it is encrypted, and no keys were given")
    if not keys:
        return Engine(options.data / "store", _prepare_folder(options))
    sealed.mkdir(exist_ok=True)
    config_file = _prepare_folder(options, render_sealed_disk(sealed, sorted(keys)), SEALED_POLICY)
    with shown_keys(keys):
        return Engine(options.data / "store", config_file, NEVER_ON_DISK)


def _prepare_folder(options: argparse.Namespace, disks: str = "", policy: str = "") -> Path:
    """Make the temporary folder, empty, and write the configuration."""
    data: Path = options.data
    temporary = data / "tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    os.environ["TMPDIR"] = str(temporary)
    os.environ["TZ"] = "UTC"
    time.tzset()
    extra = options.config_extra.read_text() if options.config_extra else ""
    memory_bytes = options.memory_bytes or machine_memory_bytes() // 2
    config_file = data / "config.xml"
    config_file.write_text(render_configuration(memory_bytes, disks + extra, storage_policy=policy))
    return config_file


def _serve(
    engine: Engine,
    options: argparse.Namespace,
    scratch: Scratch,
    password: str,
    stop: threading.Event,
) -> None:
    def kill(mark: str) -> None:
        condition = f"endsWith(Settings['log_comment'], {quote_text(mark)})"
        engine.run(f"KILL QUERY WHERE {condition} ASYNC")

    running = RunningQueries(options.threads, options.queue_seconds, kill)
    executor = Executor(engine, running, scratch)
    gateway = Gateway(
        options.port,
        password,
        executor,
        connections=16 + 8 * options.threads,
        user=options.user,
    )
    running.start()
    intake = threading.Thread(target=gateway.serve_forever, args=(0.05,), name="engine-intake")
    intake.start()
    _announce(gateway.port)
    stop.wait()
    _close(engine, gateway, running, intake)


def _announce(port: int) -> None:
    """Tell the parent. If it died meanwhile, standard input is at its end too: we shall stop."""
    with suppress(BrokenPipeError):
        os.write(1, json.dumps({"port": port, "pid": os.getpid()}).encode() + b"\n")


def _first_line() -> str:
    """The keys of an encrypted store: by a pipe, since a query could read our environment."""
    line = b""
    while not line.endswith(b"\n") and (piece := os.read(0, 1)):
        line += piece
    return line.decode(errors="replace")


def _await_orphanhood(stop: threading.Event) -> None:
    """The parent holds the other end of our standard input; its end is our end."""
    while os.read(0, 4096):
        pass
    stop.set()


def _close(
    engine: Engine, gateway: Gateway, running: RunningQueries, intake: threading.Thread
) -> None:
    gateway.shutdown()
    intake.join()
    gateway.server_close()
    ended = running.close(_PATIENCE_SECONDS)
    if not ended:
        # Closing under a query that will not end crashes; dying at once loses nothing.
        os._exit(0)
    gateway.hang_up(_SETTLE_SECONDS)
    engine.close()


def _make_database(engine: Engine) -> None:
    """Queries must not run on the main thread, not even the first one."""
    with ThreadPoolExecutor(1) as worker:
        worker.submit(engine.run, "CREATE DATABASE IF NOT EXISTS landed ENGINE = Atomic").result()


if __name__ == "__main__":
    sys.exit(main())
