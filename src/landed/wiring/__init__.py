"""The composition root: Settings in, services out. Nothing here decides anything."""

from landed.wiring.health import Check, Health
from landed.wiring.parts import (
    build_audit,
    build_state,
    find_folder_vault,
    open_folder_vault,
    read_keys,
    read_master,
    utc_now,
)
from landed.wiring.restricting import keep_restrictions, restrict_person
from landed.wiring.rotating import rotate_pseudonyms
from landed.wiring.services import Services, build_services

__all__ = [
    "Check",
    "Health",
    "Services",
    "build_audit",
    "build_services",
    "build_state",
    "find_folder_vault",
    "keep_restrictions",
    "open_folder_vault",
    "read_keys",
    "read_master",
    "restrict_person",
    "rotate_pseudonyms",
    "utc_now",
]
