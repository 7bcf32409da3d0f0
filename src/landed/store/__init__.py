"""The store: the events and the quarantine in ClickHouse, and all the SQL there is.

`connect` gives a `Store`, the same for the embedded engine, a server and a cluster. Questions
are files in `queries/`, asked by name; the tables are files in `migrations/`. The embedded
engine itself is a process of its own, which `supervisor` starts.
"""

from landed.store.analysts import write_analyst_user
from landed.store.aside import put_back, set_aside
from landed.store.client import Store, connect
from landed.store.erasing import Erasable, count_erasable, erase_rows
from landed.store.exports import FORMATS, ExportForm
from landed.store.known_people import stream_known_people
from landed.store.layout import list_columns
from landed.store.limits import ADMIN, INSERT, PAGE, READ, Limits
from landed.store.migration import migrate
from landed.store.public_sql import PUBLIC_DIMENSIONS, Added, ask_public_cells
from landed.store.refusals import RefusedError, explain_refusal
from landed.store.retention import (
    TRAINING_KEPT_BY,
    Kept,
    KeptBesides,
    drop_idle_users,
    fetch_kept,
    fetch_kept_besides,
    follow_limits,
)
from landed.store.rewriting import rewrite_tables
from landed.store.sql_files import list_queries, read_query
from landed.store.tables import EVENTS_SCHEMA, NO_SESSION, QUARANTINE_SCHEMA, TRAINING_SCHEMAS
from landed.store.target import Target, parse_dsn
from landed.store.training_aside import put_training_back, set_training_aside
from landed.store.training_erasing import (
    TaughtRows,
    count_training,
    erase_training,
    note_training,
)
from landed.store.training_sql import TRAINING_CELLS, ask_training_risk, stream_training

__all__ = [
    "ADMIN",
    "EVENTS_SCHEMA",
    "FORMATS",
    "INSERT",
    "NO_SESSION",
    "PAGE",
    "PUBLIC_DIMENSIONS",
    "QUARANTINE_SCHEMA",
    "READ",
    "TRAINING_CELLS",
    "TRAINING_KEPT_BY",
    "TRAINING_SCHEMAS",
    "Added",
    "Erasable",
    "ExportForm",
    "Kept",
    "KeptBesides",
    "Limits",
    "RefusedError",
    "Store",
    "Target",
    "TaughtRows",
    "ask_public_cells",
    "ask_training_risk",
    "connect",
    "count_erasable",
    "count_training",
    "drop_idle_users",
    "erase_rows",
    "erase_training",
    "explain_refusal",
    "fetch_kept",
    "fetch_kept_besides",
    "follow_limits",
    "list_columns",
    "list_queries",
    "migrate",
    "note_training",
    "parse_dsn",
    "put_back",
    "put_training_back",
    "read_query",
    "rewrite_tables",
    "set_aside",
    "set_training_aside",
    "stream_known_people",
    "stream_training",
    "write_analyst_user",
]
