"""Certificates for tests, made by the openssl command when they are needed and never kept."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A self-signed certificate, which is its own authority."""

    file: Path
    key_file: Path


def make_certificate(directory: Path, *names: str) -> Certificate:
    """Make a certificate for `names`, such as `DNS:localhost` or `IP:127.0.0.1`; skip without openssl."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("the openssl command is missing: TLS is not tested")
    made = Certificate(file=directory / "certificate.pem", key_file=directory / "key.pem")
    command = f"{openssl} req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    subject = ["-subj", "/CN=jo test", "-addext", f"subjectAltName={','.join(names)}"]
    files = ["-keyout", str(made.key_file), "-out", str(made.file)]
    subprocess.run([*command.split(), *subject, *files], check=True, capture_output=True)
    return made
