"""A certificate authority of the tests' own, by the machine's openssl."""

import subprocess
from pathlib import Path

LOOPBACK = "IP:127.0.0.1,DNS:localhost"


class Authority:
    """Signs certificates; `pem` is its own, in a file."""

    def __init__(self, folder: Path, name: str) -> None:
        """Make its key and its certificate in `folder`."""
        self.folder, self.name = folder, name
        self.pem, self.key = folder / f"{name}.pem", folder / f"{name}.key"
        _openssl("req", "-x509", *NEW_KEY, "-days", "2", "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.pem)

    def sign(self, name: str, names: str = LOOPBACK, *, expired: bool = False) -> tuple[Path, Path]:
        """Return the files of a certificate made out to `names`, and of its key."""
        pem, key, request, extra = (self.folder / f"{name}.{kind}" for kind in ("pem", "key", "csr", "ext"))
        _openssl("req", *NEW_KEY, "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        extra.write_text(f"subjectAltName={names}")
        by = ["-CA", self.pem, "-CAkey", self.key, "-CAcreateserial", "-extfile", extra]
        _openssl("x509", "-req", "-in", request, *by, "-days", "-1" if expired else "2", "-out", pem)
        return pem, key


NEW_KEY = ("-newkey", "rsa:2048", "-nodes")


def _openssl(*arguments: object) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
