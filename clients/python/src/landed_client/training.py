"""The hooks of the training zone: what may teach models, of people who allowed it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal, Self

from landed_client.delivery import Delivery
from landed_client.encoding import encode_event, time_text
from landed_client.events.about import Id
from landed_client.sender import Sender

__all__ = ["TrainingLog"]

_PATH: Final = "/api/training/log"
_DEFAULT_URL: Final = "http://127.0.0.1:8000"
_MOST_BYTES: Final = 1 << 20


class TrainingLog:
    """Sends events to the training zone in the background, as `Client` does to the log.

    Nothing is sent of a person who did not say yes: `consent` has no default. Events hold CVs as
    they are until the server has scrubbed them, so that they wait in memory only, never on a disk;
    what waits is lost with the process.

    Args:
        url: Where landed listens; else `LANDED_URL`, else this machine's port 8000.
        write_key: Sends events; else `LANDED_WRITE_KEY`.
        max_waiting: How many events may wait in memory; more are dropped and counted.
        every_seconds: How long events are gathered.
        timeout_seconds: For one request.
        enabled: False: nothing is sent, as in a test of the host's.

    Raises:
        ValueError: The address is no HTTP address, or there is no write key.

    Examples:
        >>> log = TrainingLog("http://127.0.0.1:8000", "lw_…", enabled=False)
        >>> log.log_interaction_event(
        ...     user_id="u-1", action="click", element="refine-button", consent=False
        ... )
        >>> log.flush()
        True
    """

    def __init__(
        self,
        url: str | None = None,
        write_key: str | None = None,
        *,
        max_waiting: int = 1_000,
        every_seconds: float = 1.0,
        timeout_seconds: float = 30.0,
        enabled: bool = True,
    ) -> None:
        key = write_key or os.environ.get("LANDED_WRITE_KEY", "")
        if enabled and not key:
            raise ValueError("there is no write key: give write_key or set LANDED_WRITE_KEY")
        where = url or os.environ.get("LANDED_URL", _DEFAULT_URL)
        self._sender = Sender(
            Delivery(where, key, "", timeout_seconds, path=_PATH),
            None,
            every_seconds=every_seconds,
            max_waiting=max_waiting,
        )
        self._enabled = enabled

    @property
    def dropped(self) -> int:
        """Events that will never arrive: no room, too large, or refused as a whole."""
        return self._sender.dropped

    @property
    def refused(self) -> int:
        """Events that break a rule of the server's; the log `landed_client` names the field."""
        return self._sender.set_aside

    def log_resume_tailoring_event(
        self,
        *,
        user_id: Id,
        resume_id: Id,
        is_refinement: bool,
        resume_text: str,
        job_description: str,
        tailored_text: str,
        consent: bool,
        ats_score: float | None = None,
        jd_score: float | None = None,
        tailoring_mode: str | None = None,
        version: int | None = None,
        names: Sequence[str] = (),
        message_id: str | None = None,
        occurred_at: datetime | None = None,
    ) -> str | None:
        """Tell that a résumé was tailored to a job.

        Args:
            user_id: Whose it is; the server keeps a pseudonym.
            resume_id: Which résumé; the server keeps a pseudonym.
            is_refinement: A tailored one was tailored further.
            resume_text: As it was before.
            job_description: What it was tailored to.
            tailored_text: As it is now.
            consent: Whether the person allowed models to be taught by it.
            ats_score: How well an applicant-tracking system reads it, 0 to 100.
            jd_score: How well it fits the job description, 0 to 100.
            tailoring_mode: Such as `personalized`.
            version: Which tailoring of this résumé it is.
            names: The person's names, which vanish from the texts.
            message_id: Under which it counts once; else a new one.
            occurred_at: When; else now.

        Returns:
            The message id; None where the person did not allow it, and nothing is sent.
        """
        return self._send(
            "resume",
            consent=consent,
            message_id=message_id,
            occurred_at=occurred_at,
            told={
                "user_id": user_id,
                "resume_id": resume_id,
                "action": "refined" if is_refinement else "tailored",
                "resume_text": resume_text,
                "job_description": job_description,
                "tailored_text": tailored_text,
                "ats_score": ats_score,
                "jd_score": jd_score,
                "tailoring_mode": tailoring_mode,
                "version": version,
                "names": list(names) or None,
            },
        )

    def log_resume_event(
        self,
        *,
        user_id: Id,
        resume_id: Id,
        action: Literal["uploaded", "copied", "downloaded"],
        consent: bool,
        resume_text: str | None = None,
        version: int | None = None,
        names: Sequence[str] = (),
        message_id: str | None = None,
        occurred_at: datetime | None = None,
    ) -> str | None:
        """Tell that a résumé was uploaded, copied or downloaded.

        Args:
            user_id: Whose it is.
            resume_id: Which résumé.
            action: What was done.
            consent: Whether the person allowed models to be taught by it.
            resume_text: What is in it.
            version: Which tailoring of this résumé it is.
            names: The person's names, which vanish from the text.
            message_id: Under which it counts once; else a new one.
            occurred_at: When; else now.

        Returns:
            As `log_resume_tailoring_event`.
        """
        return self._send(
            "resume",
            consent=consent,
            message_id=message_id,
            occurred_at=occurred_at,
            told={
                "user_id": user_id,
                "resume_id": resume_id,
                "action": action,
                "resume_text": resume_text,
                "version": version,
                "names": list(names) or None,
            },
        )

    def log_interaction_event(
        self,
        *,
        user_id: Id,
        action: str,
        element: str,
        consent: bool,
        message_id: str | None = None,
        occurred_at: datetime | None = None,
    ) -> str | None:
        """Tell that something was done with the host's pages.

        Args:
            user_id: By whom.
            action: What was done, such as `click`.
            element: To what, such as `refine-button`.
            consent: Whether the person allowed models to be taught by it.
            message_id: Under which it counts once; else a new one.
            occurred_at: When; else now.

        Returns:
            As `log_resume_tailoring_event`.
        """
        return self._send(
            "interaction",
            consent=consent,
            message_id=message_id,
            occurred_at=occurred_at,
            told={"user_id": user_id, "action": action, "element": element},
        )

    def _send(
        self,
        kind: str,
        *,
        consent: bool,
        message_id: str | None,
        occurred_at: datetime | None,
        told: Mapping[str, Any],
    ) -> str | None:
        # Anything but a true True is a no: a text such as "false" must not let anybody in.
        if consent is not True:
            return None
        name = message_id or str(uuid.uuid4())
        body = {
            "type": kind,
            "message_id": name,
            "occurred_at": time_text(occurred_at),
            "consent": {"training": True},
            **{field: value for field, value in told.items() if value is not None},
        }
        try:
            line = encode_event(kind, body, most_bytes=_MOST_BYTES)
        except ValueError as error:
            self._sender.drop(str(error))
            return name
        if self._enabled:
            self._sender.put(line)
        return name

    def flush(self, timeout_seconds: float = 10.0) -> bool:
        """Send all that waits.

        Args:
            timeout_seconds: How long to try.

        Returns:
            Whether the server has everything.
        """
        return self._sender.flush(timeout_seconds)

    def close(self, timeout_seconds: float = 5.0) -> None:
        """Send what waits, and end. Runs at exit by itself.

        Args:
            timeout_seconds: How long to try.
        """
        self._sender.close(timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
