"""Alembic's scripts for the state; `State.migrate` runs them."""
