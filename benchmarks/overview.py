"""The overview's answer at 1 M and 10 M events, as the page asks for it."""

from __future__ import annotations


