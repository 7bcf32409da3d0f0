"""Private before it is written: what stands between an event and the disk.

Ids of persons become keyed pseudonyms (`Pseudonymiser`), texts lose what identifies a
person (`Scrubber`), the context is cut down to what is useful and common to many
(`ContextCleaner`), and an event that its sender may not keep is not kept (`may_collect`).
The secrets for it lie beside the store, not in it (`load_keys`); keys for others to come in are
made and taken back (`make_api_key`, `KeyBook`).

What a person wrote is sealed under a key of that person (`TextKeys`, `seal_texts`); without the key
nobody reads it, in backups neither.

What a person allows is recorded with its history (`record_consents`), and asked for each event
(`ConsentBook`).

And what a person may ask later: to see everything (`fetch_personal_data`), and to be forgotten
(`record_request`, `erase_requested`, `finish_erased`), with a signed certificate. `AuditLog` keeps
who looked at whom, so that nobody can alter it unseen.

Numbers for the public have noise, and spend of a budget (`plan_release`, `make_release`).
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
from landed.privacy.consents import (
    ConsentBook,
    Permission,
    Permissions,
    fetch_permissions,
    record_consents,
)
from landed.privacy.context import ContextCleaner, hide_handles, known_referrer, private_context
from landed.privacy.custody import check_spool, check_store
from landed.privacy.erasure import (
    destroy_text_keys,
    erasable_of,
    erase_requested,
    finish_erased,
    forget_words_again,
)
from landed.privacy.inventory import HeldField, list_held, list_tables
from landed.privacy.key_ages import KeyAge, fetch_key_ages
from landed.privacy.keys import find_training_key, load_keys, load_training_key
from landed.privacy.masters import find_master, write_key_file
from landed.privacy.pseudonyms import Pseudonymiser
from landed.privacy.publishing import PublicWish
from landed.privacy.purposes import (
    PURPOSES,
    Basis,
    Purpose,
    Rule,
    fetch_rules,
    fetch_texts,
    publish_purpose,
)
from landed.privacy.release_files import PublicForm, write_release
from landed.privacy.releases import (
    PublicBudget,
    PublicPlan,
    PublicRelease,
    fetch_budget,
    make_release,
    plan_release,
)
from landed.privacy.requests import (
    PrivacyRequest,
    answer_request,
    ask_request,
    digest_subject,
    fetch_orders,
    fetch_requests,
    fetch_subjects,
    recall_requests,
    record_request,
    withdraw_requests,
)
from landed.privacy.rings import KeyVersion, Ring, add_people, add_version, read_ring
from landed.privacy.rosters import short_digest
from landed.privacy.scrubbing import Scrubber
from landed.privacy.sealed_files import (
    SEALED_ENDING,
    FileSecret,
    open_sealed,
    seal_pieces,
    sealed_file,
)
from landed.privacy.sealed_texts import (
    FORGOTTEN,
    SEALED,
    has_texts,
    hide_texts,
    open_texts,
    seal_texts,
    sender_of,
)
from landed.privacy.signals import may_collect, may_train
from landed.privacy.text_keys import TextKeys
from landed.privacy.types import Keys, Kind, TrainingKey
from landed.privacy.vault import DataKey, Vault, add_data_key, check_vault, open_vault, rewrap

__all__ = [
    "AUDIT_ACTIONS",
    "FORGOTTEN",
    "KEY_SCOPES",
    "PURPOSES",
    "SEALED",
    "SEALED_ENDING",
    "AuditLog",
    "AuditVerdict",
    "Basis",
    "ConsentBook",
    "ContextCleaner",
    "DataKey",
    "FileSecret",
    "HeldField",
    "KeyAge",
    "KeyBook",
    "KeyScope",
    "KeyVersion",
    "Keys",
    "Kind",
    "Permission",
    "Permissions",
    "PersonalData",
    "PrivacyRequest",
    "Pseudonymiser",
    "PublicBudget",
    "PublicForm",
    "PublicPlan",
    "PublicRelease",
    "PublicWish",
    "Purpose",
    "Ring",
    "Rule",
    "Scrubber",
    "TextKeys",
    "TrainingKey",
    "Vault",
    "add_data_key",
    "add_people",
    "add_version",
    "answer_request",
    "ask_request",
    "check_scope",
    "check_spool",
    "check_store",
    "check_vault",
    "destroy_text_keys",
    "digest_subject",
    "erasable_of",
    "erase_requested",
    "fetch_budget",
    "fetch_key_ages",
    "fetch_orders",
    "fetch_permissions",
    "fetch_personal_data",
    "fetch_requests",
    "fetch_rules",
    "fetch_subjects",
    "fetch_texts",
    "find_master",
    "find_training_key",
    "finish_erased",
    "forget_words_again",
    "has_texts",
    "hide_handles",
    "hide_texts",
    "is_key_name",
    "known_referrer",
    "list_held",
    "list_tables",
    "load_keys",
    "load_training_key",
    "make_api_key",
    "make_release",
    "may_collect",
    "may_train",
    "open_sealed",
    "open_texts",
    "open_vault",
    "parse_span",
    "plan_release",
    "private_context",
    "public_key_of",
    "publish_purpose",
    "read_ring",
    "recall_requests",
    "record_consents",
    "record_request",
    "revoke_api_key",
    "rewrap",
    "rotate_api_key",
    "seal_pieces",
    "seal_texts",
    "sealed_file",
    "sender_of",
    "short_digest",
    "sign_certificate",
    "verify_certificate",
    "withdraw_requests",
    "write_key_file",
    "write_personal_html",
    "write_personal_json",
    "write_release",
]
