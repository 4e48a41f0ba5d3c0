"""A server that answers as a MySQL server does, with the errors that a corpus wants."""

import socket
import struct
import threading
from typing import Any

CAPABILITIES = 0x0008_A20D | 0x1 | 0x200 | 0x8000 | 0x8_0000
OK = b"\x00\x00\x00\x02\x00\x00\x00"
EOF = b"\xfe\x00\x00\x02\x00"


class AnsweringServer:
    """Answers every statement that begins with `fails` with an error, or by hanging up."""

    def __init__(self, fails: str, number: int, state: str, text: str) -> None:
        """`number` 0 hangs up."""
        self.fails, self.number, self.state, self.text = fails, number, state, text
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.left: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        self.listening.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            self.left.append(client)
            threading.Thread(target=self._talk, args=(client,), daemon=True).start()

    def _talk(self, client: socket.socket) -> None:
        greeting = b"\x0a" + b"10.11.6-MariaDB\0" + struct.pack("<I", 42) + b"12345678\0"
        greeting += struct.pack("<H", CAPABILITIES & 0xFFFF) + b"\x2d" + struct.pack("<H", 2)
        greeting += struct.pack("<HB", CAPABILITIES >> 16, 21) + bytes(10) + b"123456789012\0mysql_native_password\0"
        self._send(client, 0, greeting)
        if self.fails == "login":
            self._receive(client)
            self._send(client, 2, self._error())
            return
        if self._receive(client) is not None:
            self._send(client, 2, OK)
        while (packet := self._receive(client)) is not None:
            if not self._answer(client, packet[1:].decode("utf-8", "replace")):
                client.close()
                return

    def _answer(self, client: socket.socket, sql: str) -> bool:
        if sql.startswith(self.fails):
            if self.number:
                self._send(client, 1, self._error())
            return bool(self.number)
        if sql.upper().startswith("SELECT"):
            column = b"".join(bytes([len(part)]) + part for part in (b"def", b"", b"", b"", b"x", b"x"))
            column += b"\x0c" + struct.pack("<HIBHBH", 45, 80, 253, 0, 0, 0)
            for number, part in enumerate((b"\x01", column, EOF, b"\x0242", EOF), 1):
                self._send(client, number, part)
        else:
            self._send(client, 1, OK)
        return True

    def _error(self) -> bytes:
        return b"\xff" + struct.pack("<H", self.number) + b"#" + self.state.encode() + self.text.encode()

    @staticmethod
    def _send(client: socket.socket, number: int, payload: bytes) -> None:
        client.sendall(struct.pack("<I", len(payload))[:3] + bytes([number]) + payload)

    @staticmethod
    def _receive(client: socket.socket) -> bytes | None:
        try:
            header = client.recv(4, socket.MSG_WAITALL)
            length = int.from_bytes(header[:3], "little")
            return client.recv(length, socket.MSG_WAITALL) if len(header) == 4 else None
        except OSError:
            return None


def connect(server: AnsweringServer, **settings: Any) -> Any:
    """Return DataJoint's connection to it."""
    import datajoint

    return datajoint.Connection("127.0.0.1", "alice", "", port=server.port, use_tls=False, **settings)
