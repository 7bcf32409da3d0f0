"""`landed privacy`: what people may ask about their data."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console

from landed.cli import consents, retention
from landed.cli.desk import Ask, desk
from landed.cli.local import settings_for
from landed.cli.options import DataOption, UserId
from landed.errors import InvalidInputError, LandedError
from landed.privacy import public_key_of, verify_certificate
from landed.wiring import read_keys

__all__ = ["app"]

_LOOK_SECONDS: Final = 1.0
_ZONE_SECONDS: Final = 60.0
_LONGEST_SECONDS: Final = 1200.0
_FORMS: Final = {".json": "json", ".html": "html"}

app = typer.Typer(
    help="What people may ask about their data: see it, have it erased, and the proof.",
    no_args_is_help=True,
)
FollowOption = Annotated[
    bool,
    typer.Option(
        "--follow-links",
        help="Also under other ids that the person's events name. Whoever can send events can "
        "claim anybody's id.",
    ),
]


@app.command("forget")
def forget(
    user_id: UserId,
    certificate: Annotated[
        Path | None, typer.Option(help="Where the certificate goes; else erasure-….json.")
    ] = None,
    follow_links: FollowOption = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    data: DataOption = None,
) -> None:
    """Erase everything about a person, and write the signed certificate.

    Rows go at once. Their old files are removed by the engine some minutes later; the certificate
    comes after that. Can be interrupted: a running server goes on by itself.

    Examples:

        landed privacy forget user-42

        landed privacy forget user-42 --yes --certificate user-42.json
    """
    console = Console(stderr=True, highlight=False)
    if not yes:
        typer.confirm("Erase everything about this person? It cannot be undone", abort=True)
    with desk(settings_for(data)) as ask:
        found = ask("POST", "erasures", {"user_id": user_id, "follow_links": follow_links})
        place = certificate or Path(f"erasure-{found['request_id']}.json")
        with console.status("erasing") as status:
            found = _wait(ask, found, status.update)
    place.write_text(json.dumps(found["certificate"], indent=1), "utf-8")
    console.print(
        f"{found['events']:,} events and {found['quarantined']:,} quarantined ones are erased. "
        f"The certificate is {place}."
    )


def _wait(ask: Ask, found: dict[str, Any], say: Callable[[str], None]) -> dict[str, Any]:
    """Until it is done; old files stay on the disk for some eight minutes."""
    end = time.monotonic() + _LONGEST_SECONDS
    while found["state"] != "done":
        if time.monotonic() > end:
            raise LandedError(
                f"Request {found['request_id']} is {found['state']}, and not done. It goes on; "
                "`landed privacy report` shows how far it is."
            )
        if found["state"] == "erased":
            say(f"{found['events']:,} events erased; waiting for their old files to go")
        time.sleep(_LOOK_SECONDS)
        found = ask("GET", f"erasures/{found['request_id']}", {})
    return found


@app.command("export")
def export(
    user_id: UserId,
    file: Annotated[Path, typer.Argument(help="Where to; .json for machines, .html for people.")],
    *,
    follow_links: FollowOption = False,
    data: DataOption = None,
) -> None:
    """Write everything that is kept about a person.

    Examples:

        landed privacy export user-42 user-42.html
    """
    form = _FORMS.get(file.suffix.lower())
    if form is None:
        raise InvalidInputError(f"{file.name} must end with .json or .html.")
    if file.exists():
        raise InvalidInputError(f"{file} exists. Name another file, or remove it.")
    with desk(settings_for(data)) as ask:
        body = {"user_id": user_id, "format": form, "follow_links": follow_links}
        told = ask("POST", "access", body)
    file.touch(mode=0o600)
    file.write_text(told, "utf-8")
    Console(stderr=True, highlight=False).print(f"{file}: {file.stat().st_size:,} bytes.")


@app.command("report")
def report(data: DataOption = None) -> None:
    """List who asked to be forgotten, how far it is, and until when it must be done.

    Examples:

        landed privacy report
    """
    with desk(settings_for(data)) as ask:
        found = ask("GET", "erasures", {})
    if not found:
        typer.echo("Nobody asked for anything.")
    for one in found:
        received, due = (datetime.fromisoformat(one[name]) for name in ("received_at", "due_at"))
        typer.echo(
            f"{one['request_id']}  {one['kind']}  {one['state']:8}  asked {received:%Y-%m-%d}  "
            f"due {due:%Y-%m-%d}  {one['events']:,} events, {one['quarantined']:,} quarantined"
        )


@app.command("confirm")
def confirm(
    request_id: Annotated[str, typer.Argument(help="As `landed privacy report` lists it.")],
    *,
    decline: Annotated[
        bool, typer.Option("--decline", help="Do not carry it out; tell the person why.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Let what a person asked for at /me be carried out: to be forgotten.

    Such a request is `asked` until somebody who knows that the person meant it says so. The month
    runs from the day it was asked.

    Examples:

        landed privacy confirm 1b4e28ba-2fa1-41d2-883f-0016d3cca427

        landed privacy confirm 1b4e28ba-2fa1-41d2-883f-0016d3cca427 --decline
    """
    with desk(settings_for(data)) as ask:
        body = {"request_id": request_id, "confirmed": not decline}
        found = ask("POST", "confirmations", body)
    typer.echo(f"{found['request_id']} is {found['state']}.")


@app.command("certificate")
def certificate(
    request_id: Annotated[str, typer.Argument(help="As `landed privacy report` lists it.")],
    file: Annotated[Path, typer.Argument(help="Where to.")],
    data: DataOption = None,
) -> None:
    """Write the certificate of a request that is done.

    Examples:

        landed privacy certificate 1b4e28ba-2fa1-41d2-883f-0016d3cca427 proof.json
    """
    with desk(settings_for(data)) as ask:
        found = next(
            (one for one in ask("GET", "erasures", {}) if one["request_id"] == request_id), None
        )
    if found is None:
        raise InvalidInputError(
            f"There is no request {request_id[:40]!r}; see `landed privacy report`."
        )
    if not found["certificate"]:
        raise InvalidInputError(f"The request is {found['state']}, and not done yet.")
    file.write_text(json.dumps(found["certificate"], indent=1), "utf-8")


@app.command("verify")
def verify(
    file: Annotated[Path, typer.Argument(help="The certificate.")],
    key: Annotated[
        str | None,
        typer.Option(help="Public key of the installation that made it; else this one's."),
    ] = None,
    data: DataOption = None,
) -> None:
    """Check that a certificate was signed by an installation and not altered since.

    Examples:

        landed privacy verify user-42.json
    """
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{file} cannot be read: {type(error).__name__}.") from None
    settings = settings_for(data)
    if key is None and not (settings.data / "keys" / "pseudonym.key").exists():
        raise InvalidInputError(
            f"{settings.data} is no installation. Name the public key with --key, or the folder of "
            "the installation that made the certificate with --data."
        )
    found = verify_certificate(text, key or public_key_of(read_keys(settings)))
    typer.echo(
        f"good: {found['what']} {found['request_id']}, erased {found['erased_at']}, "
        f"signed by installation {found['installation']}"
    )


consents.add_to(app)
retention.add_to(app)
