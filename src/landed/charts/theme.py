"""The one place where charts get their colours: names of CSS properties.

The page's style sheet gives `--chart-1`, `--ink` and the others a value for light and for
dark, so one specification serves both. Chart functions name a *style* of this module.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["FONT", "LIGHT", "STYLES", "theme"]

FONT: Final = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

LIGHT: Final[dict[str, str]] = {
    "--chart-1": "#1f5fbf",
    "--chart-1-soft": "rgb(31 95 191 / 10%)",
    "--chart-2": "#7a3fa0",
    "--chart-3": "#0f766e",
    "--chart-4": "#b3401a",
    "--chart-5": "#8a6100",
    "--chart-6": "#a61e5d",
    "--chart-previous": "#7a8694",
    "--chart-track": "#edf0f4",
    "--ink": "#1b2430",
    "--line": "#e6e9ee",
    "--line-strong": "#cbd2db",
    "--muted": "#586373",
}
"""The properties by name, in light, for pictures outside pages; a test holds it to the sheet."""

STYLES: Final[dict[str, dict[str, Any]]] = {
    "current": {"color": "var(--chart-1)", "strokeWidth": 2.25},
    "current-unfinished": {"color": "var(--chart-1)", "strokeWidth": 2.25, "strokeDash": [2, 4]},
    "current-area": {"color": "var(--chart-1-soft)"},
    "current-dot": {"color": "var(--chart-1)"},
    "previous": {"color": "var(--chart-previous)", "strokeWidth": 1.75, "strokeDash": [5, 4]},
    "previous-dot": {"color": "var(--chart-previous)"},
    "columns": {"color": "var(--chart-1)"},
    "columns-unfinished": {
        "color": "var(--chart-1-soft)",
        "stroke": "var(--chart-1)",
        "strokeWidth": 1,
        "strokeDash": [3, 2],
    },
    "score": {"color": "var(--chart-2)", "strokeWidth": 2.25},
    "score-unfinished": {"color": "var(--chart-2)", "strokeWidth": 2.25, "strokeDash": [2, 4]},
    "score-dot": {"color": "var(--chart-2)"},
    "funnel-track": {"color": "var(--chart-track)"},
    "funnel-bar": {"color": "var(--chart-1)"},
    "funnel-label": {"color": "var(--ink)", "fontSize": 13},
    "funnel-count": {"color": "var(--muted)", "fontSize": 12.5},
    "interval": {"color": "var(--ink)", "strokeWidth": 1.5},
    "cursor": {"color": "var(--muted)", "strokeWidth": 1},
}
"""What each kind of mark looks like; chart functions use these names only."""


def theme() -> dict[str, Any]:
    """Return the Vega-Lite configuration that every chart shares.

    Returns:
        A fresh `config` object: fonts, axes, and the named styles of the marks.

    Examples:
        >>> theme()["axis"]["labelColor"]
        'var(--muted)'
    """
    return {
        "background": "transparent",
        "font": FONT,
        "padding": 0,
        "view": {"stroke": None},
        "axis": {
            "domain": False,
            "ticks": False,
            "labelColor": "var(--muted)",
            "labelFontSize": 11.5,
            "labelPadding": 8,
            "gridColor": "var(--line)",
            "title": None,
        },
        "axisX": {"grid": False, "domain": True, "domainColor": "var(--line-strong)"},
        "legend": {"labelColor": "var(--ink)", "labelFontSize": 12, "labelLimit": 240},
        "range": {"category": [f"var(--chart-{number})" for number in range(1, 7)]},
        "style": {name: dict(style) for name, style in STYLES.items()},
    }
