"""A wire between the adapter and a real IMAP server: it refuses, cuts, or answers in the server's place when told to."""

from __future__ import annotations

import socket
import threading
from collections import deque
from contextlib import suppress

_PIECE = 1 << 16


class MailWire:
    """Listens on a port of loopback and carries bytes to the server's port and back."""

    def __init__(self, port: int) -> None:
        """Carry to ``port``."""
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.refusals: deque[str] = deque()
        """How the next connections fail: ``refused`` at once, or what is answered to the sign-in."""
        self.cut_before: deque[bytes] = deque()
        """The connection is cut when a command with the first of these comes, and before the server gets it."""
        self.cut_after: deque[bytes] = deque()
        """The same, when the server has got it, before its answer comes back."""
        self.hidden = b""
        """What the server does not say."""
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Cut everything and stop listening."""
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Cut what is connected."""
        for each in self._open:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            refusal = self.refusals.popleft() if self.refusals else ""
            if refusal == "refused":
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self._to))
            except OSError:
                client.close()
                continue
            self._open += [client, server]
            threading.Thread(target=self._up, args=(client, server, refusal), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket, refusal: str) -> None:
        """Carry commands, until one is to be met otherwise."""
        with suppress(OSError):
            while data := client.recv(_PIECE):
                if refusal and b" LOGIN " in data.upper():
                    client.sendall(data.split(b" ")[0] + f" NO {refusal}\r\n".encode())
                    continue
                if self.cut_before and self.cut_before[0] in data:
                    self.cut_before.popleft()
                    break
                if self.cut_after and self.cut_after[0] in data:
                    self.cut_after.popleft()
                    server.sendall(data)
                    server.recv(_PIECE)
                    break
                server.sendall(data)
        for each in (client, server):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(_PIECE):
                client.sendall(data.replace(self.hidden, b"") if self.hidden else data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)
