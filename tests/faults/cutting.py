"""A TCP proxy before the store that cuts connections in the worst moments."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["Cut", "CuttingProxy", "cutting"]

_MARK = b"insert_deduplication_token"


class Cut(Enum):
    """When an insert's connection is cut."""

    IN_THE_MIDDLE = "half of the request has been passed on"
    BEFORE_THE_ANSWER = "the store has answered, and nobody hears it"


@dataclass
class CuttingProxy:
    """Passes bytes on; cuts inserts as it is told.

    Attributes:
        port: Where it listens, on loopback.
        to_come: What happens to the next inserts, in order; then they pass.
        done: What has happened.
    """

    port: int
    to_come: list[Cut] = field(default_factory=list)
    done: list[Cut] = field(default_factory=list)

    def pass_on(self, client: socket.socket, store: socket.socket) -> None:
        """Carry one connection until one of its ends closes, or it is cut."""
        deaf = threading.Event()
        back = threading.Thread(target=_answer, args=(store, client, deaf), daemon=True)
        back.start()
        with suppress(OSError):
            while data := client.recv(1 << 16):
                cut = self._next() if _MARK in data else None
                if cut is Cut.IN_THE_MIDDLE:
                    _pass_half(data, client, store)
                    break
                if cut is Cut.BEFORE_THE_ANSWER:
                    deaf.set()
                store.sendall(data)
        if not deaf.is_set():
            _hang_up(store)
        back.join(timeout=30)
        _hang_up(store)
        _hang_up(client)

    def _next(self) -> Cut | None:
        if not self.to_come:
            return None
        self.done.append(self.to_come.pop(0))
        return self.done[-1]


def _answer(store: socket.socket, client: socket.socket, deaf: threading.Event) -> None:
    with suppress(OSError):
        while data := store.recv(1 << 16):
            if deaf.is_set():
                break
            client.sendall(data)
    _hang_up(client)


def _pass_half(data: bytes, client: socket.socket, store: socket.socket) -> None:
    """Pass on the head of a request and half of its body."""
    head, end, body = data.partition(b"\r\n\r\n")
    body = body or client.recv(1 << 16)
    store.sendall(head + end + body[: len(body) // 2])


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextmanager
def cutting(store_port: int) -> Iterator[CuttingProxy]:
    """Run a proxy before the store on this port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = CuttingProxy(listener.getsockname()[1])

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    store = socket.create_connection(("127.0.0.1", store_port))
                    ends = (client, store)
                    threading.Thread(target=proxy.pass_on, args=ends, daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
