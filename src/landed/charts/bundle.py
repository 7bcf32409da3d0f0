"""The Vega bundle: made once by a worker process, kept under the data directory.

vl-convert holds the interpreter while it works (1 to 2 s), so it never runs inside the
server: `python -m landed.charts.bundle FOLDER` is the worker.
"""

from __future__ import annotations

import gzip
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from threading import Lock, Thread
from typing import Final

from landed.errors import StoreError

__all__ = ["VegaBundle", "bundle_name", "write_bundle"]

_TIMEOUT_SECONDS: Final = 120
_SNIPPET: Final = "window.vegaEmbed = vegaEmbed;"


def bundle_name() -> str:
    """Return the file name of the bundle; it changes with the version of its maker.

    Examples:
        >>> bundle_name().startswith("vega-") and bundle_name().endswith(".js")
        True
    """
    return f"vega-{version('vl-convert-python')}.js"


def write_bundle(folder: Path) -> Path:
    """Make the bundle and its gzip twin in a folder; each appears whole or not at all.

    Run it in a process of its own: it holds the interpreter for a second or two.

    Args:
        folder: Where the files go; it is created.

    Returns:
        The path of the gzip file.
    """
    import vl_convert  # noqa: PLC0415 - 86 MB that only the worker process needs

    folder.mkdir(parents=True, exist_ok=True)
    script = str(vl_convert.javascript_bundle(_SNIPPET)).encode()
    path = folder / f"{bundle_name()}.gz"
    _put(folder / bundle_name(), script)
    _put(path, gzip.compress(script, 9, mtime=0))
    return path


def _put(path: Path, content: bytes) -> None:
    part = path.with_suffix(".part")
    part.write_bytes(content)
    part.replace(path)


class VegaBundle:
    """The bundle of one installation: made in the background, then served from memory.

    Args:
        folder: Where it is kept, for example `LANDED_DATA/bundle`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = Lock()
        self._content: tuple[bytes, bytes] | None = None
        self._thread: Thread | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it can be served without waiting."""
        return self._content is not None

    def start(self) -> None:
        """Begin to make it, in the background; does nothing when it is there or on its way."""
        with self._lock:
            busy = self._thread is not None and self._thread.is_alive()
            if self.is_ready or busy:
                return
            self._thread = Thread(target=self._load, name="vega-bundle", daemon=True)
            self._thread.start()

    def wait(self, seconds: float) -> tuple[bytes, bytes]:
        """Wait for the bundle.

        Args:
            seconds: The longest wait.

        Returns:
            The script, plain and as gzip.

        Raises:
            StoreError: It is not ready in time; asking again later starts it again.
        """
        self.start()
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        if self._content is None:
            raise StoreError("the chart library is still being made; ask again in a few seconds")
        return self._content

    def _load(self) -> None:
        plain, packed = self._folder / bundle_name(), self._folder / f"{bundle_name()}.gz"
        if not packed.exists() or not plain.exists():
            subprocess.run(  # noqa: S603 - our own module in our own interpreter
                [sys.executable, "-m", "landed.charts.bundle", str(self._folder)],
                check=False,
                capture_output=True,
                timeout=_TIMEOUT_SECONDS,
            )
        if plain.exists() and packed.exists():
            self._content = (plain.read_bytes(), packed.read_bytes())


if __name__ == "__main__":
    write_bundle(Path(sys.argv[1]))
