"""Private before it is written: what stands between an event and the disk.

Ids of persons become keyed pseudonyms (`Pseudonymiser`), texts lose what identifies a
person (`Scrubber`), the context is cut down to what is useful and common to many
(`ContextCleaner`), and an event that its sender may not keep is not kept (`may_collect`).
The secrets for it lie beside the store, not in it (`load_keys`); keys for others to come in are
made and taken back (`make_api_key`, `KeyBook`).

And what a person may ask later: to see everything (`fetch_personal_data`), and to be forgotten
(`record_request`, `erase_requested`, `finish_erased`), with a signed certificate. `AuditLog` keeps
who looked at whom, so that nobody can alter it unseen.
"""

from landed.privacy.access import (
    PersonalData,
    fetch_personal_data,
    write_personal_html,
    write_personal_json,
)
from landed.privacy.api_keys import (
    KEY_SCOPES,
    KeyBook,
    KeyScope,
    check_scope,
    is_key_name,
    make_api_key,
    parse_span,
    revoke_api_key,
    rotate_api_key,
)
from landed.privacy.audit import AUDIT_ACTIONS, AuditLog, AuditVerdict
from landed.privacy.certificates import public_key_of, sign_certificate, verify_certificate
from landed.privacy.consent import may_collect
from landed.privacy.context import ContextCleaner, known_referrer, private_context
from landed.privacy.custody import check_spool, check_store
from landed.privacy.erasure import erasable_of, erase_requested, finish_erased
from landed.privacy.keys import load_keys
from landed.privacy.pseudonyms import Pseudonymiser
from landed.privacy.requests import (
    PrivacyRequest,
    digest_subject,
    fetch_requests,
    fetch_subjects,
    record_request,
)
from landed.privacy.scrubbing import Scrubber
from landed.privacy.types import Keys, Kind

__all__ = [
    "AUDIT_ACTIONS",
    "KEY_SCOPES",
    "AuditLog",
    "AuditVerdict",
    "ContextCleaner",
    "KeyBook",
    "KeyScope",
    "Keys",
    "Kind",
    "PersonalData",
    "PrivacyRequest",
    "Pseudonymiser",
    "Scrubber",
    "check_scope",
    "check_spool",
    "check_store",
    "digest_subject",
    "erasable_of",
    "erase_requested",
    "fetch_personal_data",
    "fetch_requests",
    "fetch_subjects",
    "finish_erased",
    "is_key_name",
    "known_referrer",
    "load_keys",
    "make_api_key",
    "may_collect",
    "parse_span",
    "private_context",
    "public_key_of",
    "record_request",
    "revoke_api_key",
    "rotate_api_key",
    "sign_certificate",
    "verify_certificate",
    "write_personal_html",
    "write_personal_json",
]
