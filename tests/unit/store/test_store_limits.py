"""Roles and what they may take."""

from __future__ import annotations

from landed.store import ADMIN, INSERT, PAGE, READ


def test_a_page_may_take_least() -> None:
    assert PAGE.max_seconds < READ.max_seconds < ADMIN.max_seconds < INSERT.max_seconds
    assert PAGE.max_bytes < READ.max_bytes < ADMIN.max_bytes


def test_limits_are_hard() -> None:
    settings = PAGE.settings()
    assert settings["timeout_overflow_mode"] == settings["result_overflow_mode"] == "throw"
