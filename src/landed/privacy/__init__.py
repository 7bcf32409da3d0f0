"""Private before it is written: what stands between an event and the disk.

Ids of persons become keyed pseudonyms (`Pseudonymiser`), texts lose what identifies a
person (`Scrubber`), the context is cut down to what is useful and common to many
(`ContextCleaner`), and an event that its sender may not keep is not kept (`may_collect`).
The secrets for it lie beside the store, not in it (`load_keys`).

And what a person may ask later: to see everything (`fetch_personal_data`), and to be forgotten
(`record_request`, `erase_requested`, `finish_erased`), with a signed certificate.
"""

from landed.privacy.access import (
    PersonalData,
    fetch_personal_data,
    write_personal_html,
    write_personal_json,
)
from landed.privacy.certificates import public_key_of, sign_certificate, verify_certificate
from landed.privacy.consent import may_collect, may_train
from landed.privacy.context import ContextCleaner, known_referrer, private_context
from landed.privacy.custody import check_spool, check_store
from landed.privacy.erasure import erasable_of, erase_requested, finish_erased
from landed.privacy.keys import find_training_key, load_keys, load_training_key
from landed.privacy.pseudonyms import Pseudonymiser
from landed.privacy.requests import (
    PrivacyRequest,
    digest_subject,
    fetch_requests,
    fetch_subjects,
    record_request,
)
from landed.privacy.scrubbing import Scrubber
from landed.privacy.types import Keys, Kind, TrainingKey

__all__ = [
    "ContextCleaner",
    "Keys",
    "Kind",
    "PersonalData",
    "PrivacyRequest",
    "Pseudonymiser",
    "Scrubber",
    "TrainingKey",
    "check_spool",
    "check_store",
    "digest_subject",
    "erasable_of",
    "erase_requested",
    "fetch_personal_data",
    "fetch_requests",
    "fetch_subjects",
    "find_training_key",
    "finish_erased",
    "known_referrer",
    "load_keys",
    "load_training_key",
    "may_collect",
    "may_train",
    "private_context",
    "public_key_of",
    "record_request",
    "sign_certificate",
    "verify_certificate",
    "write_personal_html",
    "write_personal_json",
]
