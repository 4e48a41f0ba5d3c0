"""Which clients of the lab's server are proxies, such as ProxySQL or MaxScale?

A worker behind one writes the proxy's number of its connection into its jobs, not the server's, so an admin names them.
"""

import ipaddress
import re

NAME = re.compile(r"(?=.*[a-z])[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", re.ASCII)


def read_proxies(text: str) -> frozenset[str]:
    """Return the addresses and names in JOBSITE_PROXIES, separated by commas, as the server would show them.

    Raises ValueError with one sentence for what is neither, such as an address with a port.
    """
    return frozenset(_address(part.strip().lower()) for part in text.split(",") if part.strip())


def _address(text: str) -> str:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        if NAME.fullmatch(text):
            return text
        raise ValueError(
            f"JOBSITE_PROXIES names {text!r}, which is not an address: write the addresses as the server sees them, "
            "without ports and with commas between them."
        ) from None
    return str(getattr(address, "ipv4_mapped", None) or address)
