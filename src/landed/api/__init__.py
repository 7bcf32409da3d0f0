"""JSON over HTTP: routes, keys, errors, and their OpenAPI document."""

from landed.api.app import create_app
from landed.api.protection import guard_hosts, trust_proxies

__all__ = ["create_app", "guard_hosts", "trust_proxies"]
