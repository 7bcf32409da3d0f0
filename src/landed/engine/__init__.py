"""The embedded engine: a small process that owns chDB and speaks ClickHouse's HTTP interface.

Nothing imports this room. The store starts it as `python -m landed.engine` and talks to
it over HTTP, as it would to a ClickHouse server. chDB's sharp edges stay in here.
"""
