"""Charts as pictures, for what has no style sheet and no scripts: a report by e-mail."""

from __future__ import annotations

import json
import re
from typing import Final

from landed.charts.spec import Spec
from landed.charts.theme import LIGHT

__all__ = ["draw_svg"]

_PROPERTY: Final = re.compile(r"var\((--[a-z0-9-]+)\)")


def draw_svg(spec: Spec, *, width: int) -> str:
    """Draw a specification as SVG, in the light colours.

    Loads a drawing library of some 100 MB: for commands, not for the server.

    Args:
        spec: Of any chart of this room.
        width: Of the picture in pixels.

    Examples:
        >>> from landed.charts.curves import columns_chart
        >>> draw_svg(columns_chart([("0 to 10", 3.0)], "people"), width=600)[:4]
        '<svg'
    """
    import vl_convert  # noqa: PLC0415 - 86 MB that only those shall pay who draw

    # Alone, the labels of an axis need the room that the page's card would give them.
    whole = {**spec, "width": width, "padding": {"left": 12, "right": 8, "top": 4, "bottom": 4}}
    plain = _PROPERTY.sub(lambda found: LIGHT[found[1]], json.dumps(whole))
    return str(vl_convert.vegalite_to_svg(plain))
