"""The command line's front: one Typer app, and errors as one clear line."""

from __future__ import annotations

import sys
from typing import NoReturn

import httpx
import structlog
import typer
from rich.console import Console
from rich.text import Text

from landed.cli import (
    audit,
    decrypting,
    demo,
    doctor,
    encryption,
    experiments,
    exporting,
    flags,
    importing,
    init,
    keys,
    migrate,
    plan,
    privacy,
    pseudonyms,
    public,
    quarantine,
    report,
    serve,
    sql,
    sql_user,
    training,
)
from landed.cli.local import settings_for
from landed.errors import LandedError

__all__ = ["app", "main"]

app = typer.Typer(
    name="landed",
    help="Know what gets people hired: analytics for career products.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("serve")(serve.serve)
app.command("migrate")(migrate.migrate)
app.command("events")(plan.events)
app.command("import")(importing.import_file)
app.command("export")(exporting.export)
app.command("decrypt")(decrypting.decrypt)
app.command("report")(report.report)
app.command("sql")(sql.sql)
app.command("sql-user")(sql_user.sql_user)
app.command("doctor")(doctor.doctor)
app.add_typer(keys.app, name="keys")
app.add_typer(audit.app, name="audit")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(encryption.app, name="encryption")
app.add_typer(pseudonyms.app, name="pseudonyms")
app.add_typer(privacy.app, name="privacy")
app.add_typer(training.app, name="training")
app.add_typer(public.app, name="public")
app.add_typer(experiments.app, name="experiments")
app.add_typer(flags.app, name="flags")


def main() -> None:
    """Run a command; a deliberate error becomes one line and exit status 1."""
    try:
        _log_to_stderr()
        app()
    except LandedError as error:
        _fail(error.message)
    except httpx.HTTPError as error:
        _fail(f"The server stopped answering ({type(error).__name__}). See `landed doctor`.")


def _fail(message: str) -> NoReturn:
    text = Text.assemble(("landed:", "bold red"), f" {message}")
    Console(stderr=True).print(text, soft_wrap=True)
    sys.exit(1)


def _log_to_stderr() -> None:
    level = settings_for(None).log_level
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
