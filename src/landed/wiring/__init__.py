"""The composition root: Settings in, services out. Nothing here decides anything."""

from landed.wiring.following import follow_wishes, training_to_read
from landed.wiring.health import Check, Health
from landed.wiring.keeping import KeptThing, fetch_everything_kept
from landed.wiring.parts import (
    build_audit,
    build_state,
    find_folder_vault,
    open_folder_vault,
    read_keys,
    read_master,
    utc_now,
)
from landed.wiring.restricting import keep_restrictions, restrict_person, restrict_subject
from landed.wiring.rotating import rotate_pseudonyms
from landed.wiring.services import Services, build_services

__all__ = [
    "Check",
    "Health",
    "KeptThing",
    "Services",
    "build_audit",
    "build_services",
    "build_state",
    "fetch_everything_kept",
    "find_folder_vault",
    "follow_wishes",
    "keep_restrictions",
    "open_folder_vault",
    "read_keys",
    "read_master",
    "restrict_person",
    "restrict_subject",
    "rotate_pseudonyms",
    "training_to_read",
    "utc_now",
]
