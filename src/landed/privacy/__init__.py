"""Private before it is written: what stands between an event and the disk.

Ids of persons become keyed pseudonyms (`Pseudonymiser`), texts lose what identifies a
person (`Scrubber`), the context is cut down to what is useful and common to many
(`ContextCleaner`), and an event that its sender may not keep is not kept (`may_collect`).
The secrets for it lie beside the store, not in it (`load_keys`).
"""

from landed.privacy.consent import may_collect
from landed.privacy.context import ContextCleaner, known_referrer, private_context
from landed.privacy.custody import check_spool, check_store
from landed.privacy.keys import load_keys
from landed.privacy.pseudonyms import Pseudonymiser
from landed.privacy.scrubbing import Scrubber
from landed.privacy.types import Keys, Kind

__all__ = [
    "ContextCleaner",
    "Keys",
    "Kind",
    "Pseudonymiser",
    "Scrubber",
    "check_spool",
    "check_store",
    "known_referrer",
    "load_keys",
    "may_collect",
    "private_context",
]
