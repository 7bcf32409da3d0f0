"""For hosts that ask for flags by OpenFeature: who met which variant is told to landed.

Needs openfeature-sdk, which landed-client does not bring along.
"""

from __future__ import annotations

from typing import Any

from openfeature.flag_evaluation import FlagEvaluationDetails
from openfeature.hook import Hook, HookContext, HookHints

from landed_client.client import Client
from landed_client.events.about import About
from landed_client.flags.dealing import PEOPLE, unit_of

__all__ = ["ExposureHook"]


class ExposureHook(Hook):
    """Tells an exposure after each answer of landed's that is one, once per process.

    Args:
        client: Sends it.

    Examples:
        >>> from openfeature import api
        >>> api.add_hooks([ExposureHook(Client(write_key="lw_…", enabled=False))])
        >>> api.clear_hooks()
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def after(
        self,
        hook_context: HookContext,
        details: FlagEvaluationDetails[Any],
        hints: HookHints,  # noqa: ARG002 - OpenFeature's
    ) -> None:
        """Tell the exposure that an answer is.

        Args:
            hook_context: For whom it is.
            details: The answer.
            hints: Unused.
        """
        told = details.flag_metadata
        if told.get("exposure") is not True:
            return
        context = hook_context.evaluation_context
        named = str(told.get("unit", "user_id"))
        # The server found the unit in the same way.
        key = context.targeting_key
        unit = unit_of({"unit": named}, key, key, context.attributes)
        about = _about(named, unit, key)
        if not unit or not about:
            return
        exposure = {
            "experiment_id": details.flag_key,
            "variant": details.variant,
            "experiment_version": told.get("version"),
            "salt": told.get("salt"),
            "algorithm": told.get("algorithm"),
            "unit": None if named in PEOPLE else unit,
        }
        self._client.exposures.tell(unit, about, exposure, phase=told.get("phase"))


def _about(named: str, unit: str, targeting_key: str | None) -> About:
    """Whose event it is; of a unit that is nobody, that of whoever looked."""
    if named == "anonymous_id":
        return {"anonymous_id": unit}
    person = unit if named == "user_id" else targeting_key
    return {"user_id": person} if person else {}
