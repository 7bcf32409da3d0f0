"""The kinds of personal data, and the keys of one installation."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from enum import StrEnum

from landed.privacy.rosters import KnownPeople

__all__ = ["Keys", "Kind", "TrainingKey"]


class Kind(StrEnum):
    """A kind of personal data; its value is the mark that is written in its place.

    The marks use the brackets U+27E8 and U+27E9, which hardly occur in real texts, so
    that a mark is not taken for something that a person wrote.

    Examples:
        >>> f"write to {Kind.EMAIL}"
        'write to ⟨EMAIL⟩'
    """

    EMAIL = "⟨EMAIL⟩"
    PHONE = "⟨PHONE⟩"
    URL = "⟨URL⟩"
    SSN = "⟨SSN⟩"
    CARD = "⟨CARD⟩"
    IBAN = "⟨IBAN⟩"
    IP = "⟨IP⟩"
    ADDRESS = "⟨ADDRESS⟩"
    NAME = "⟨NAME⟩"
    USERNAME = "⟨USERNAME⟩"
    BIRTHDAY = "⟨BIRTHDAY⟩"
    LOCATION = "⟨LOCATION⟩"
    IMAGE = "⟨IMAGE⟩"
    FILE = "⟨FILE⟩"
    SECRET = "⟨SECRET⟩"  # noqa: S105 - a mark, no password
    ID = "⟨ID⟩"


@dataclass(frozen=True, slots=True)
class Keys:
    """The secrets of an installation; `repr` and `str` show none of them.

    Attributes:
        pseudonym_secret: 32 bytes, the first version, which an installation never changes: it
            names the installation, signs, digests ids of messages, and turns ids of the first
            people into pseudonyms.
        write_key: What a client shows to send events.
        admin_key: What an operator shows to read and administer.
        analyst_key: What somebody shows to see numbers, and no single person.
        later: Further versions of the pseudonym secret; new people get the last one.
        roster: Who is known already, under whatever version, see `landed.privacy.rosters`; those
            who came under the last one since it was made need not be in it.

    Examples:
        >>> keys = Keys(bytes(32), "lw_one", "la_two", "lr_three")
        >>> keys
        Keys(…)
        >>> keys.fingerprint()
        '97bc222661e8a825'
    """

    pseudonym_secret: bytes = field(repr=False)
    write_key: str = field(repr=False)
    admin_key: str = field(repr=False)
    analyst_key: str = field(repr=False)
    later: tuple[bytes, ...] = field(default=(), repr=False)
    roster: KnownPeople = field(default_factory=lambda: KnownPeople(()), repr=False, compare=False)

    def __repr__(self) -> str:
        return "Keys(…)"

    def fingerprint(self) -> str:
        """Name the installation by its first pseudonym secret, without revealing it.

        A store remembers it, so that a start with another secret can be refused: under
        another secret every person would silently become a new one.

        Returns:
            16 hexadecimal digits, always the same for the same secret.
        """
        return self.fingerprints()[0]

    def fingerprints(self) -> tuple[str, ...]:
        """Name each version of the pseudonym secret, the first one first."""
        return tuple(map(_fingerprint, (self.pseudonym_secret, *self.later)))


@dataclass(frozen=True, slots=True)
class TrainingKey:
    """The secret of the training zone; `repr` and `str` do not show it.

    Attributes:
        secret: 32 bytes; turns the host's ids into the zone's pseudonyms.

    Examples:
        >>> TrainingKey(bytes(32))
        TrainingKey(…)
    """

    secret: bytes = field(repr=False)

    def __repr__(self) -> str:
        return "TrainingKey(…)"

    def fingerprint(self) -> str:
        """Name the secret without revealing it, as `Keys.fingerprint` does."""
        return _fingerprint(self.secret)

    def fingerprints(self) -> tuple[str, ...]:
        """The same as `Keys.fingerprints`: the zone's secret has one version."""
        return (self.fingerprint(),)


def _fingerprint(secret: bytes) -> str:
    return hmac.digest(secret, b"landed:fingerprint:1", "sha256").hex()[:16]
