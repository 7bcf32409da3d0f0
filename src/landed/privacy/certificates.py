"""Certificates of erasure: what went, when and where, signed so that nobody can alter it.

Signed with Ed25519 (RFC 8032) by a key of the installation, over the JSON without the signature
itself, keys sorted and without spaces. Whoever has the public key can check it without us.
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from landed.errors import InvalidInputError
from landed.privacy.types import Keys

__all__ = ["public_key_of", "sign_certificate", "verify_certificate"]

_SIGNATURE: Final = "signature"
_PUBLIC_KEY: Final = "public_key"


def sign_certificate(content: Mapping[str, Any], keys: Keys) -> str:
    """Write a certificate as JSON with the public key and a signature.

    Args:
        content: What it says.
        keys: Of the installation.

    Examples:
        >>> keys = Keys(bytes(32), "lw_1", "la_1", "lr_1")
        >>> signed = sign_certificate({"kind": "erasure"}, keys)
        >>> verify_certificate(signed, public_key_of(keys))["kind"]
        'erasure'
    """
    whole = {**content, _PUBLIC_KEY: public_key_of(keys)}
    signature = _private_key(keys).sign(_canonical(whole))
    return json.dumps({**whole, _SIGNATURE: base64.b64encode(signature).decode()}, indent=1)


def verify_certificate(text: str, public_key: str) -> dict[str, Any]:
    """Read a certificate that this key signed and nobody altered.

    Args:
        text: The certificate.
        public_key: Of the installation that is said to have made it, from a place you trust.

    Raises:
        InvalidInputError: It is no certificate, is another installation's, or was altered.
    """
    try:
        whole = json.loads(text)
        signature = base64.b64decode(whole.pop(_SIGNATURE), validate=True)
        theirs = str(whole[_PUBLIC_KEY])
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidInputError(
            "This is no certificate of landed: it must be JSON with public_key and signature."
        ) from None
    if theirs != public_key:
        raise InvalidInputError(
            "Another installation signed this certificate: its public key is not the one given."
        )
    try:
        _read_key(public_key).verify(signature, _canonical(whole))
    except InvalidSignature:
        raise InvalidInputError(
            "The signature does not fit: the certificate was altered after it was signed."
        ) from None
    return dict(whole)


def public_key_of(keys: Keys) -> str:
    """Give the key that checks this installation's certificates: 32 bytes in base64.

    Args:
        keys: Of the installation.
    """
    return base64.b64encode(_private_key(keys).public_key().public_bytes_raw()).decode()


def _private_key(keys: Keys) -> Ed25519PrivateKey:
    """Made from the pseudonym secret, which an installation never changes."""
    seed = hmac.digest(keys.pseudonym_secret, b"landed:certificates:1", "sha256")
    return Ed25519PrivateKey.from_private_bytes(seed)


def _read_key(public_key: str) -> Ed25519PublicKey:
    try:
        return Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    except ValueError:
        raise InvalidInputError("The public key must be 32 bytes in base64.") from None


def _canonical(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
