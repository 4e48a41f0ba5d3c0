"""A real nginx in front of the site, with the lines of docs/admin.md or with others."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import TracebackType

import pytest

from jobsite.demo.server import free_port
from tests.browser.site import can_connect
from tests.lab import ROOT, eventually

AROUND = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {lines}
}}
"""
CERTIFICATE = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]


def documented(words: str) -> str:
    """Return the one block of nginx's lines in docs/admin.md that has these words."""
    blocks = re.findall(r"```nginx\n(.*?)```", (ROOT / "docs" / "admin.md").read_text(encoding="utf-8"), re.DOTALL)
    (found,) = (block for block in blocks if words in block)
    return str(found)


def server_with(location: str) -> str:
    """Return the lines of a server that speaks plain http."""
    return f"server {{ listen 443; {location} }}"


class Nginx:
    """Passes requests on to the site. The lines name its ports as the documentation does: 443 here, 8000 behind it."""

    def __init__(self, folder: Path, lines: str, site_port: int, *, path: str = "") -> None:
        """`path` is the one below which browsers find the site."""
        self.folder, self.path, self.port = folder, path, free_port()
        self.encrypts = " ssl;" in lines
        lines = lines.replace("listen 443", f"listen 127.0.0.1:{self.port}").replace(":8000", f":{site_port}")
        self.lines = re.sub(r"(ssl_certificate(?:_key)?) +\S+;", rf"\1 {folder}/\1.pem;", lines)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """What a browser's address begins with."""
        return f"http{'s' if self.encrypts else ''}://127.0.0.1:{self.port}{self.path}/"

    def __enter__(self) -> "Nginx":
        """Start it, return once it answers."""
        program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        if program is None:
            pytest.fail("nginx is not installed: apt-get install --no-install-recommends nginx-light", pytrace=False)
        if self.encrypts:
            files = ["-out", f"{self.folder}/ssl_certificate.pem", "-keyout", f"{self.folder}/ssl_certificate_key.pem"]
            subprocess.run([*CERTIFICATE, *files], check=True, capture_output=True)
        user = "user root;" if os.geteuid() == 0 else ""
        config = self.folder / "nginx.conf"
        config.write_text(AROUND.format(folder=self.folder, user=user, lines=self.lines))
        self.process = subprocess.Popen([program, "-p", str(self.folder), "-c", str(config)])
        eventually(lambda: can_connect(self.port), "nginx to answer")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        assert self.process is not None
        self.process.terminate()
        self.process.wait()
