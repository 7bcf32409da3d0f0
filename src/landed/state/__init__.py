"""The small relational state: what is said rarely and must be known at once.

Consents and restrictions of people, keys, those of people's texts too, definitions of experiments
and flags, the log of who did what, and what was released to the public live here: single rows that
are changed one by one, which a column store does badly. SQLite in the data folder, or PostgreSQL
where several servers share it; `State` is either. People are named by digests of their pseudonyms
only, testers of an experiment by digests of their ids.
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
from landed.state.definitions import (
    DEFINITIONS_MARK,
    DefinitionChange,
    DefinitionKind,
    DefinitionRow,
    change_definition,
    drop_testers,
    fetch_definition_changes,
    fetch_definitions,
    fetch_told_alerts,
    find_testers,
    note_alert,
)
from landed.state.keeping import count_kept
from landed.state.marks import fetch_mark
from landed.state.people import fetch_digests
from landed.state.person_keys import (
    PERSON_KEYS_MARK,
    PersonKeyRow,
    add_person_keys,
    delete_person_keys,
    fetch_person_key_wraps,
    fetch_person_keys,
)
from landed.state.releases import ReleaseRow, fetch_releases, keep_told, spend
from landed.state.tables import list_state_columns
from landed.state.tallies import (
    AnswerCount,
    DayCount,
    count_answers,
    count_daily,
    count_restricted,
)
from landed.state.training_wishes import TrainingWish, Wish, fetch_wishes, settle_wishes

__all__ = [
    "DEFINITIONS_MARK",
    "PERSON_KEYS_MARK",
    "AnswerCount",
    "ApiKeyRow",
    "AuditRow",
    "AuditWish",
    "ConsentRow",
    "DayCount",
    "DefinitionChange",
    "DefinitionKind",
    "DefinitionRow",
    "KeyState",
    "PersonKeyRow",
    "PurposeRow",
    "ReleaseRow",
    "RestrictionRow",
    "State",
    "TrainingWish",
    "Wish",
    "add_api_key",
    "add_audit",
    "add_consents",
    "add_person_keys",
    "add_purpose",
    "change_definition",
    "connect_state",
    "count_answers",
    "count_audit",
    "count_daily",
    "count_kept",
    "count_restricted",
    "delete_people",
    "delete_person_keys",
    "drop_testers",
    "end_restrictions",
    "fetch_api_keys",
    "fetch_audit",
    "fetch_audit_after",
    "fetch_changes",
    "fetch_definition_changes",
    "fetch_definitions",
    "fetch_digests",
    "fetch_history",
    "fetch_latest",
    "fetch_mark",
    "fetch_marks",
    "fetch_person_key_wraps",
    "fetch_person_keys",
    "fetch_purposes",
    "fetch_releases",
    "fetch_restrictions",
    "fetch_told_alerts",
    "fetch_wishes",
    "find_testers",
    "keep_told",
    "list_state_columns",
    "note_alert",
    "note_keys_used",
    "replace_api_key",
    "revoke_api_keys",
    "settle_wishes",
    "spend",
    "start_restriction",
]
