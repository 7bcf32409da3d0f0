"""`python -m landed.events write-reference FOLDER`: make anew what is derived from the plan."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from landed.events.python_client import write_python_client
from landed.events.reference import write_reference

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write what is derived from the tracking plan: its reference, the methods of the client.

    Args:
        arguments: Words of the command line; those of this process when None.
    """
    parser = argparse.ArgumentParser(prog="python -m landed.events", description=main.__doc__)
    commands = parser.add_subparsers(required=True, metavar="write-reference | write-client")
    for name, write, what in (
        ("write-reference", write_reference, "write events.md, events.schema.json"),
        ("write-client", write_python_client, "write the modules of landed_client.events"),
    ):
        command = commands.add_parser(name, help=what)
        command.add_argument("folder", type=Path, help="where to write them")
        command.set_defaults(write=write)
    given = parser.parse_args(arguments)
    given.write(given.folder)


if __name__ == "__main__":
    main()
