"""What the server's list of connections says of a client."""

import pytest

from jobsite.lab.server import client_of

LONG = "gpu-" + "0123456789" * 6
"""A machine's name of 64 letters."""


@pytest.mark.parametrize(
    ("host", "client"),
    [
        ("10.0.0.5:49152", "10.0.0.5"),
        ("localhost", "localhost"),
        ("2001:db8::5:49152", "2001:db8::5"),
        ("fe80::", "fe80::"),
        (f"{LONG[:57]}:49152", LONG[:57]),
        (f"{LONG[:58]}:", LONG[:58]),
        (f"{LONG[:62]}:", LONG[:62]),
        (LONG[:63], LONG[:63]),
    ],
)
def test_the_client_of_a_connection_is_what_its_host_leaves_of_it(host: str, client: str) -> None:
    assert client_of(host) == client
