"""`python -m landed.events write-reference FOLDER`: make the plan's reference anew."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from landed.events.reference import write_reference

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the reference page and the JSON Schema of the tracking plan.

    Args:
        arguments: Words of the command line; those of this process when None.
    """
    parser = argparse.ArgumentParser(prog="python -m landed.events", description=main.__doc__)
    commands = parser.add_subparsers(required=True, metavar="write-reference")
    command = commands.add_parser("write-reference", help="write events.md, events.schema.json")
    command.add_argument("folder", type=Path, help="where to write them")
    write_reference(parser.parse_args(arguments).folder)


if __name__ == "__main__":
    main()
