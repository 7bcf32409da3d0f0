"""JSON over HTTP: routes, keys, errors, and their OpenAPI document."""

from landed.api.app import create_app

__all__ = ["create_app"]
