"""What people say of training, carried out in the zone: by the job, and before anybody reads it."""

from __future__ import annotations

from landed.state import fetch_wishes, settle_wishes
from landed.training import TrainingZone
from landed.wiring.services import Services

__all__ = ["follow_wishes", "training_to_read"]


def follow_wishes(services: Services, *, search: bool = False) -> None:
    """Let the training zone follow what people said since; where it is off, a later start does.

    Args:
        services: Of the installation.
        search: Also look for rows that came back, or in, of people whose no or restriction holds.

    Raises:
        StoreError: The zone's store is away; nothing is lost, try again.
        StateError: The state is away; try again.
    """
    zone = services.training
    if zone is None:
        return
    with services.state.moving():
        wishes = [one for one in fetch_wishes(services.state) if search or one.state != "done"]
        if wishes:
            zone.follow(wishes)
            settle_wishes(services.state, wishes)


def training_to_read(services: Services) -> TrainingZone:
    """Give the zone for a report or a training set: nobody is in it who may not be.

    Args:
        services: Of the installation.

    Raises:
        TrainingOffError: It is switched off.
        StoreError: Its store is away.
        StateError: The state is away, so nobody knows what people said.
    """
    zone = services.training_zone()
    zone.check_ready()
    follow_wishes(services)
    return zone
