"""The pure parts that the Python client needs as well: `landed_client.flags` is written here.

The client is a distribution without dependencies, so it cannot import them: it gets copies, and
a test fails when the two drift apart. `python -m landed.experiments.python_client FOLDER`.
"""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import Final

from landed.experiments import patterns, targeting, values, versions

__all__ = ["python_client", "write_python_client"]

_COPIED: Final = (patterns, targeting, values, versions)
_RENAMED: Final = {
    "landed.experiments.": "landed_client.flags.",
    "landed.errors": "landed_client.errors",
}


def python_client() -> dict[str, str]:
    """The copied modules of `landed_client.flags`, by file name.

    Examples:
        >>> sorted(python_client())
        ['patterns.py', 'targeting.py', 'values.py', 'versions.py']
    """
    return {f"{one.__name__.rpartition('.')[2]}.py": _copy(one) for one in _COPIED}


def _copy(module: ModuleType) -> str:
    text = inspect.getsource(module)
    for ours, theirs in _RENAMED.items():
        text = text.replace(ours, theirs)
    return text


def write_python_client(folder: Path) -> None:
    """Write the modules.

    Args:
        folder: `src/landed_client/flags` of the client.
    """
    for name, text in python_client().items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write_python_client(Path(sys.argv[1]))
