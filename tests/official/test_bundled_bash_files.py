"""Bundled bash scripts that read or change files do so on a temporary tree, and touch nothing else."""

import gzip
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.official.bundled_tree import run


def aged(path: Path, days: int, content: bytes = b"a line\n") -> Path:
    path.write_bytes(content)
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))
    return path


def certificate(path: Path, name: str, days: int) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-keyout",
        str(path.with_suffix(".key")),
    ]
    command = ["openssl", "req", "-x509", *key, "-out", str(path), "-days", str(days), "-subj", f"/CN={name}"]
    subprocess.run(command, check=True, capture_output=True)
    return path


def test_every_certificate_of_a_bundle_is_checked(tmp_path: Path) -> None:
    long_lived = certificate(tmp_path / "long.pem", "long.example", 90)
    short_lived = certificate(tmp_path / "short.pem", "short.example", 10)
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(
        long_lived.read_bytes() + short_lived.with_suffix(".key").read_bytes() + short_lived.read_bytes()
    )
    answer = run("certificate-file-expiry", CERTIFICATE_PATH=bundle)
    assert answer.returncode == 1, answer.stderr
    first, second, summary = answer.stdout.splitlines()
    assert first.startswith("ok ")
    assert "CN=long.example" in first
    assert second.startswith("EXPIRING ")
    assert "CN=short.example" in second
    assert "PRIVATE KEY" not in answer.stdout
    assert summary == "Certificates checked: 2, problems: 1 (limit 30 days)."
    assert run("certificate-file-expiry", CERTIFICATE_PATH=tmp_path, WARN_DAYS="5").returncode == 0
    assert run("certificate-file-expiry", CERTIFICATE_PATH=long_lived.with_suffix(".key")).returncode == 3


def test_log_cleanup_only_shows_what_it_would_do_by_default(tmp_path: Path) -> None:
    old = aged(tmp_path / "app.log.1", 40)
    answer = run("log-cleanup", LOG_DIRECTORY=tmp_path, CLEANUP_ACTION="delete")
    assert answer.returncode == 0, answer.stderr
    assert str(old) in answer.stdout
    assert "would delete 1 file(s)" in answer.stdout
    assert old.exists()


def test_log_cleanup_compresses_only_what_is_idle_and_matches(tmp_path: Path) -> None:
    old = aged(tmp_path / "app.log.1", 40, b"kept content\n")
    untouched = [aged(tmp_path / "app.log.2", 2), aged(tmp_path / "app.txt", 40), aged(tmp_path / "old.log.3.gz", 40)]
    answer = run("log-cleanup", LOG_DIRECTORY=tmp_path, DRY_RUN="false")
    assert answer.returncode == 0, answer.stderr
    assert not old.exists()
    assert gzip.decompress((tmp_path / "app.log.1.gz").read_bytes()) == b"kept content\n"
    assert all(path.exists() for path in untouched)
    assert "compress: 0 file(s)" in run("log-cleanup", LOG_DIRECTORY=tmp_path, DRY_RUN="false").stdout


def test_log_cleanup_deletes_no_journal_and_follows_no_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    logs = tmp_path / "logs"
    outside.mkdir()
    logs.mkdir()
    kept = [aged(outside / "foreign.log.1", 99), aged(logs / "system.journal", 99), aged(logs / "wtmp", 99)]
    (logs / "link").symlink_to(outside)
    gone = aged(logs / "app.log.1", 99)
    answer = run("log-cleanup", LOG_DIRECTORY=logs, FILE_PATTERN="*", CLEANUP_ACTION="delete", DRY_RUN="false")
    assert answer.returncode == 0, answer.stderr
    assert not gone.exists()
    assert all(path.exists() for path in kept)


def test_log_cleanup_treats_hostile_names_as_names(tmp_path: Path) -> None:
    hostile = aged(tmp_path / "x\na[$(touch pwned)] y.log.1", 40)
    answer = run("log-cleanup", LOG_DIRECTORY=tmp_path, CLEANUP_ACTION="delete", DRY_RUN="false")
    assert answer.returncode == 0, answer.stderr
    assert not hostile.exists()
    assert list(tmp_path.iterdir()) == []
    assert "delete: 1 file(s)" in answer.stdout


def test_log_cleanup_reports_what_it_could_not_compress(tmp_path: Path) -> None:
    aged(tmp_path / "app.log.1", 40)
    (tmp_path / "app.log.1.gz").write_bytes(b"already here")
    answer = run("log-cleanup", LOG_DIRECTORY=tmp_path, DRY_RUN="false")
    assert answer.returncode == 1
    assert "NOT TREATED" in answer.stderr
    assert (tmp_path / "app.log.1.gz").read_bytes() == b"already here"
