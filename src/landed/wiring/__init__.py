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
from landed.wiring.wishes import (
    answer_erasure,
    find_tester,
    publish_text,
    take_answers,
    take_consents,
    take_erasure,
    take_own_erasure,
)

__all__ = [
    "Check",
    "Health",
    "KeptThing",
    "Services",
    "answer_erasure",
    "build_audit",
    "build_services",
    "build_state",
    "fetch_everything_kept",
    "find_folder_vault",
    "find_tester",
    "follow_wishes",
    "keep_restrictions",
    "open_folder_vault",
    "publish_text",
    "read_keys",
    "read_master",
    "restrict_person",
    "restrict_subject",
    "rotate_pseudonyms",
    "take_answers",
    "take_consents",
    "take_erasure",
    "take_own_erasure",
    "training_to_read",
    "utc_now",
]
