"""Commands: parse, call, print."""

from landed.cli.app import main

__all__ = ["main"]
