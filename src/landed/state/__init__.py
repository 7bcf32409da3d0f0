"""The small relational state: what is said rarely and must be known at once.

Consents and restrictions of people live here: single rows that are changed one by one, which a
column store does badly. SQLite in the data folder, or PostgreSQL where several servers share it;
`State` is either. People are named by digests of their pseudonyms only.
"""

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

__all__ = [
    "ConsentRow",
    "PurposeRow",
    "RestrictionRow",
    "State",
    "add_consents",
    "add_purpose",
    "connect_state",
    "delete_people",
    "end_restrictions",
    "fetch_changes",
    "fetch_history",
    "fetch_latest",
    "fetch_marks",
    "fetch_purposes",
    "fetch_restrictions",
    "start_restriction",
]
