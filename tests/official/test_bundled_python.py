"""Every bundled Python script is run: against temporary trees, and against servers on this host."""

import base64
import gzip
import hashlib
import json
import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.official.bundled_tree import documents, get_document, name_of, run

BAD_INPUT = [
    ("tls-endpoint-expiry", {}),
    ("tls-endpoint-expiry", {"ENDPOINTS": "host:port"}),
    ("tls-endpoint-expiry", {"ENDPOINTS": "https://host/"}),
    ("tls-endpoint-expiry", {"ENDPOINTS": "localhost", "WARN_DAYS": "-1"}),
    ("tls-endpoint-expiry", {"ENDPOINTS": "localhost", "AUTHORITY_FILE": "/does/not/exist"}),
    ("checksum-manifest-verify", {}),
    ("checksum-manifest-verify", {"MANIFEST_PATH": "/does/not/exist"}),
    ("checksum-manifest-verify", {"MANIFEST_PATH": "/x", "DIGEST_ALGORITHM": "md5"}),
    ("host-inventory", {"OUTPUT_STYLE": "xml"}),
    ("host-inventory", {"OUTPUT_FILE": "relative.json"}),
    ("log-pattern-counter", {}),
    ("log-pattern-counter", {"LOG_FILES": "relative.log", "LINE_PATTERN": "x"}),
    ("log-pattern-counter", {"LOG_FILES": "/nowhere/*", "LINE_PATTERN": "("}),
    ("log-pattern-counter", {"LOG_FILES": "/nowhere/*", "LINE_PATTERN": "x"}),
    ("directory-size-top", {}),
    ("directory-size-top", {"START_DIRECTORY": "relative"}),
    ("directory-size-top", {"START_DIRECTORY": "/", "TOP_COUNT": "0"}),
    ("http-endpoint-check", {}),
    ("http-endpoint-check", {"ENDPOINT_URL": "file:///etc/passwd"}),
    ("http-endpoint-check", {"ENDPOINT_URL": "http://user:secret@host.example/"}),
    ("http-endpoint-check", {"ENDPOINT_URL": "http://host.example/", "BEARER_TOKEN": "token"}),
    ("http-endpoint-check", {"ENDPOINT_URL": "https://host.example/", "BEARER_TOKEN": "to\nken"}),
]


@pytest.mark.parametrize(("stem", "variables"), BAD_INPUT)
def test_bad_input_ends_with_two_and_a_reason(stem: str, variables: dict[str, str]) -> None:
    answer = run(stem, **variables)
    assert answer.returncode == 2, answer.stderr
    assert answer.stderr.startswith("bad input: ")
    assert "Traceback" not in answer.stderr
    assert answer.stdout == ""


def test_bad_input_is_tried_on_every_script() -> None:
    assert {stem for stem, _ in BAD_INPUT} == {name_of(document) for document in documents("python")}


@contextmanager
def tls_server(folder: Path, days: int) -> Iterator[tuple[int, Path]]:
    """Answer handshakes on this host with a fresh certificate for localhost; give the port and the certificate."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    certificate, key = folder / "server.pem", folder / "server.key"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-keyout", str(key), "-out", str(certificate), "-days", str(days), "-subj", "/CN=localhost"]
    subprocess.run([*command, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                with context.wrap_socket(client, server_side=True) as wrapped:
                    wrapped.recv(1)
            except OSError:  # a client that refuses the certificate breaks off
                client.close()

    thread = Thread(target=answer)
    thread.start()
    try:
        yield listener.getsockname()[1], certificate
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_the_end_of_a_served_certificate_is_read_and_judged(tmp_path: Path) -> None:
    with tls_server(tmp_path, days=20) as (port, certificate):
        endpoint = f"localhost:{port}"
        soon = run("tls-endpoint-expiry", ENDPOINTS=endpoint, AUTHORITY_FILE=certificate)
        fine = run("tls-endpoint-expiry", ENDPOINTS=endpoint, AUTHORITY_FILE=certificate, WARN_DAYS="10")
        untrusted = run("tls-endpoint-expiry", ENDPOINTS=endpoint, WARN_DAYS="10")
        unverified = run("tls-endpoint-expiry", ENDPOINTS=endpoint, WARN_DAYS="10", VERIFY_CHAIN="false")
        wrong_name = run("tls-endpoint-expiry", ENDPOINTS=f"127.0.0.1:{port}", AUTHORITY_FILE=certificate)
    assert soon.returncode == 1, soon.stderr
    assert soon.stdout.startswith("EXPIRING ")
    assert "19 day(s)" in soon.stdout
    assert (fine.returncode, fine.stdout[:3]) == (0, "ok ")
    assert (untrusted.returncode, untrusted.stdout[:10]) == (1, "UNTRUSTED ")
    assert unverified.returncode == 0
    assert (wrong_name.returncode, wrong_name.stdout[:10]) == (1, "UNTRUSTED ")


def test_an_endpoint_that_does_not_answer_is_a_problem() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        answer = run("tls-endpoint-expiry", ENDPOINTS=f"127.0.0.1:{reserved.getsockname()[1]}")
    assert answer.returncode == 1
    assert answer.stdout.startswith("UNREACHABLE")
    assert answer.stderr == ""


def test_the_attached_manifest_describes_the_attached_file(tmp_path: Path) -> None:
    document = get_document("checksum-manifest-verify")
    for entry, attachment in zip(document.fields["files"], document.attachments, strict=True):
        (tmp_path / entry["file_name"]).write_bytes(attachment.read_bytes())
    manifest = tmp_path / "example-manifest.sha256"
    answer = run("checksum-manifest-verify", MANIFEST_PATH=manifest, REPORT_UNLISTED_FILES="true")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    (tmp_path / "example-content.txt").write_bytes(b"other")
    (tmp_path / "extra").write_bytes(b"")
    changed = run("checksum-manifest-verify", MANIFEST_PATH=manifest, REPORT_UNLISTED_FILES="true")
    assert changed.returncode == 1
    assert changed.stdout.splitlines()[:2] == ["DIFFERS  'example-content.txt'", "UNLISTED  'extra'"]


def test_a_manifest_cannot_lead_out_of_its_directory(tmp_path: Path) -> None:
    base = tmp_path / "base"
    base.mkdir()
    (tmp_path / "outside").write_bytes(b"x")
    (base / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(base / "pipe")
    digest = hashlib.sha256(b"x").hexdigest()
    manifest = base / "manifest"
    manifest.write_text(f"{digest}  ../outside\n")
    assert run("checksum-manifest-verify", MANIFEST_PATH=manifest).returncode == 2
    manifest.write_text(f"{digest}  link\n{digest} *pipe\n{digest}  absent\n")
    answer = run("checksum-manifest-verify", MANIFEST_PATH=manifest)
    assert answer.returncode == 1
    assert answer.stdout.splitlines()[:3] == ["MISSING  'absent'", "OUTSIDE  'link'", "NOT A FILE  'pipe'"]


def test_the_inventory_is_one_json_object_about_this_host(tmp_path: Path) -> None:
    answer = run("host-inventory", OUTPUT_STYLE="compact", INCLUDE_ADDRESSES="false")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.count("\n") == 1
    inventory = json.loads(answer.stdout)
    assert inventory["schema_version"] == 1
    assert inventory["host_name"] == socket.gethostname()
    assert inventory["hardware"]["logical_processors"] == os.cpu_count()
    assert inventory["memory"]["total_bytes"] > 0
    assert "/" in [system["mount_point"] for system in inventory["file_systems"]]
    assert inventory["addresses"] is None
    target = tmp_path / "inventory.json"
    assert run("host-inventory", OUTPUT_FILE=target).returncode == 0
    assert set(json.loads(target.read_text())) == set(inventory)
    assert list(tmp_path.iterdir()) == [target]


def test_matching_lines_are_counted_in_plain_and_compressed_logs(tmp_path: Path) -> None:
    (tmp_path / "app.log").write_bytes(b"ERROR disk\nfine\nerror net\xff\n")
    (tmp_path / "app.log.1.gz").write_bytes(gzip.compress(b"Error disk\n"))
    wanted = {"LOG_FILES": str(tmp_path / "app.log*"), "LINE_PATTERN": r"error (\w+)"}
    answer = run("log-pattern-counter", **wanted)
    assert answer.returncode == 1, answer.stderr
    assert "matched 'disk'" in answer.stdout.splitlines()[2]
    assert answer.stdout.splitlines()[2].split()[0] == "2"
    assert answer.stdout.splitlines()[-1] == "Files: 2, matches: 3, allowed: 0, unreadable: 0."
    assert run("log-pattern-counter", **wanted, ALLOWED_MATCHES="3").returncode == 0
    assert "matches: 1," in run("log-pattern-counter", **wanted, IGNORE_CASE="false").stdout
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress(b"Error disk\n")[:-9])
    broken = run("log-pattern-counter", **wanted, ALLOWED_MATCHES="9")
    assert (broken.returncode, "UNREADABLE" in broken.stderr) == (3, True)


def test_the_largest_directories_come_first_and_links_count_once(tmp_path: Path) -> None:
    for name, size in (("large", 3_000_000), ("small", 1_000_000)):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "deep" / "file").write_bytes(os.urandom(size))
    (tmp_path / "small" / "again").hardlink_to(tmp_path / "small" / "deep" / "file")
    (tmp_path / "small" / "link").symlink_to(tmp_path / "large")
    answer = run("directory-size-top", START_DIRECTORY=tmp_path, REPORT_DEPTH="1")
    assert answer.returncode == 0, answer.stderr
    rows = [line.split() for line in answer.stdout.splitlines()[:-1]]
    assert [row[2] for row in rows] == [str(tmp_path), str(tmp_path / "large"), str(tmp_path / "small")]
    assert 3.7 < float(rows[0][0]) < 4.2
    assert 0.9 < float(rows[2][0]) < 1.2
    limited = run("directory-size-top", START_DIRECTORY=tmp_path, TOTAL_LIMIT_MEBIBYTES="2")
    assert (limited.returncode, "over the limit" in limited.stdout) == (1, True)


class Answering(BaseHTTPRequestHandler):
    """Greets those who know the token, and sends everybody else away."""

    def do_GET(self) -> None:
        allowed = self.headers["Authorization"] == "Bearer open-sesame"
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/")
        else:
            self.send_response(200 if allowed else 401)
        self.end_headers()
        self.wfile.write(b"all is well" if allowed else b"who are you")

    def log_message(self, *_: object) -> None:
        """Stay silent."""


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_http_endpoint_is_judged_by_status_and_content(site: str) -> None:
    healthy = run("http-endpoint-check", ENDPOINT_URL=site, EXPECTED_TEXT="all is well", BEARER_TOKEN="open-sesame")
    assert healthy.returncode == 0, healthy.stdout + healthy.stderr
    refused = run("http-endpoint-check", ENDPOINT_URL=site, EXPECTED_TEXT="all is well", BEARER_TOKEN="wrong-secret")
    assert refused.returncode == 1
    assert "status 401 instead of 200" in refused.stdout
    assert "the expected text is missing" in refused.stdout
    for answer in (healthy, refused):
        for secret in ("open-sesame", "wrong-secret", base64.b64encode(b"wrong-secret").decode()):
            assert secret not in answer.stdout + answer.stderr


def test_an_http_redirect_is_reported_and_not_followed(site: str) -> None:
    answer = run("http-endpoint-check", ENDPOINT_URL=f"{site}/moved", EXPECTED_STATUS="301", BEARER_TOKEN="open-sesame")
    assert answer.returncode == 0, answer.stdout
    assert "status 301" in answer.stdout
