"""At which address of this machine is the site served, and is that address free?"""

import errno
import os
import re
import socket
from argparse import ArgumentTypeError
from ipaddress import ip_address
from typing import NamedTuple

WRITTEN = re.compile(r"(?:\[(?P<six>[^\[\]]+)\]|(?P<host>[^:\[\]]+)):(?P<port>[0-9]{1,5})")
BACKLOG = 512
"""How many browsers may wait to be let in: all of them while the processes start."""


class NotServedError(Exception):
    """The site cannot be served; the message is one sentence that says what to do."""


class Address(NamedTuple):
    """A name or number of this machine, without brackets, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as a browser's address has it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Say whether only this machine itself can reach it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_address(text: str) -> Address:
    """Return the address written as HOST:PORT, with an IPv6 host in brackets. Raises ArgumentTypeError."""
    found = WRITTEN.fullmatch(text)
    if not found or not 0 < int(found["port"]) < 65_536:
        raise ArgumentTypeError(f"{text!r} is no address: write HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000")
    return Address(found["six"] or found["host"], int(found["port"]))


def listen(address: Address) -> socket.socket:
    """Return a socket that listens there; browsers wait at it from now on. Raises NotServedError."""
    try:
        family, *_, where = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(where[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise NotServedError(_why_not(address, error)) from None


def _why_not(address: Address, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{address} is taken by another program: end that one, or name another port with --bind."
    if error.errno == errno.EACCES:
        return f"This account may not listen at {address}: name a port above 1023 with --bind."
    why = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
    return f"{address} is no address of this machine ({why}): name another with --bind."
