"""The small relational state: what is said rarely and must be known at once.

Consents and restrictions of people, keys, and the log of who did what live here: single rows that
are changed one by one, which a column store does badly. SQLite in the data folder, or PostgreSQL
where several servers share it; `State` is either. People are named by digests of their pseudonyms
only.
"""

from landed.state.api_keys import (
    ApiKeyRow,
    KeyState,
    add_api_key,
    fetch_api_keys,
    note_keys_used,
    replace_api_key,
    revoke_api_keys,
)
from landed.state.audit import (
    AuditRow,
    AuditWish,
    add_audit,
    count_audit,
    fetch_audit,
    fetch_audit_after,
)
from landed.state.consents import (
    ConsentRow,
    PurposeRow,
    RestrictionRow,
    add_consents,
    add_purpose,
    delete_people,
    end_restrictions,
    fetch_changes,
    fetch_history,
    fetch_latest,
    fetch_marks,
    fetch_purposes,
    fetch_restrictions,
    start_restriction,
)
from landed.state.database import State, connect_state
from landed.state.marks import fetch_mark
from landed.state.people import fetch_digests

__all__ = [
    "ApiKeyRow",
    "AuditRow",
    "AuditWish",
    "ConsentRow",
    "KeyState",
    "PurposeRow",
    "RestrictionRow",
    "State",
    "add_api_key",
    "add_audit",
    "add_consents",
    "add_purpose",
    "connect_state",
    "count_audit",
    "delete_people",
    "end_restrictions",
    "fetch_api_keys",
    "fetch_audit",
    "fetch_audit_after",
    "fetch_changes",
    "fetch_digests",
    "fetch_history",
    "fetch_latest",
    "fetch_mark",
    "fetch_marks",
    "fetch_purposes",
    "fetch_restrictions",
    "note_keys_used",
    "replace_api_key",
    "revoke_api_keys",
    "start_restriction",
]
