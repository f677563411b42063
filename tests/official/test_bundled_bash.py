"""Every bundled bash script is run: bad input is refused, hosts are judged, and what cannot be checked is said.

Where a test needs a host in a certain state, a small program of its own stands in for the tool that would tell.
"""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.official.bundled_tree import Document, documents, name_of, run

every_bash = pytest.mark.parametrize("document", documents("bash"), ids=name_of)

BAD_INPUT = [
    ("disk-usage-threshold", {"SPACE_LIMIT_PERCENT": "101"}),
    ("disk-usage-threshold", {"INODE_LIMIT_PERCENT": "a[$(touch /nowhere)]"}),
    ("disk-usage-threshold", {"MOUNT_POINT": "relative"}),
    ("failed-systemd-units", {"UNIT_KIND": "slice"}),
    ("failed-systemd-units", {"JOURNAL_LINES": "-1"}),
    ("failed-systemd-units", {"IGNORED_UNITS": "a;b"}),
    ("listening-ports", {"ALLOWED_PORTS": "22,http"}),
    ("listening-ports", {"ALLOWED_PORTS": "90-80"}),
    ("listening-ports", {"PROTOCOL": "sctp"}),
    ("listening-ports", {"INCLUDE_LOOPBACK": "maybe"}),
    ("certificate-file-expiry", {}),
    ("certificate-file-expiry", {"CERTIFICATE_PATH": "/does/not/exist"}),
    ("certificate-file-expiry", {"CERTIFICATE_PATH": "/", "WARN_DAYS": "soon"}),
    ("log-cleanup", {}),
    ("log-cleanup", {"LOG_DIRECTORY": "/"}),
    ("log-cleanup", {"LOG_DIRECTORY": "/etc"}),
    ("log-cleanup", {"LOG_DIRECTORY": "/var"}),
    ("log-cleanup", {"LOG_DIRECTORY": "/tmp/../usr/bin"}),
    ("user-account-audit", {"ROOT_DIRECTORY": "elsewhere"}),
    ("user-account-audit", {"FIRST_HUMAN_UID": "0"}),
    ("user-account-audit", {"EXPECTED_ADMINISTRATORS": "a;b"}),
    ("ssh-hardening-check", {"ROOT_LOGIN": "yes"}),
    ("ssh-hardening-check", {"MAX_AUTH_TRIES": "many"}),
    ("ssh-hardening-check", {"SETTINGS_FILE": "/does/not/exist"}),
    ("pending-package-updates", {"FAIL_ON_UPDATES": "all"}),
    ("pending-package-updates", {"REFRESH_LISTS": "2"}),
]


def program(folder: Path, name: str, text: str) -> None:
    """Put a small program where the script under test looks for `name`."""
    path = folder / name
    path.write_text(f"#!/bin/bash\n{text}\n")
    path.chmod(0o755)


def tools(folder: Path, *names: str) -> str:
    """Make a search path that offers nothing but the named tools of this host."""
    folder.mkdir()
    for name in names:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    return str(folder)


@every_bash
def test_bash_accepts_the_script(document: Document) -> None:
    answer = subprocess.run(["bash", "-n", str(document.script_path)], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert document.script.startswith("#!/usr/bin/env bash\n")
    assert "\nset -Eeuo pipefail\n" in document.script


@pytest.mark.parametrize(("stem", "variables"), BAD_INPUT)
def test_bad_input_ends_with_two_and_a_reason(stem: str, variables: dict[str, str]) -> None:
    answer = run(stem, **variables)
    assert answer.returncode == 2
    assert answer.stderr.startswith("bad input: ")
    assert answer.stdout == ""


def test_bad_input_is_tried_on_every_script() -> None:
    assert {stem for stem, _ in BAD_INPUT} == {name_of(document) for document in documents("bash")}


def test_disk_usage_of_one_path_is_judged_by_its_own_numbers(tmp_path: Path) -> None:
    answer = run("disk-usage-threshold", MOUNT_POINT=tmp_path, SPACE_LIMIT_PERCENT="100", INODE_LIMIT_PERCENT="100")
    assert answer.returncode in (0, 1), answer.stderr
    state, space = answer.stdout.splitlines()[1].split()[:2]
    assert (state == "OVER") == (answer.returncode == 1)
    assert space.rstrip("%-").isdigit() or space == "-"


def test_disk_usage_finds_full_space_and_used_up_inodes_in_all_local_mounts(tmp_path: Path) -> None:
    rows = ["Use% IUse% Avail Type Mounted", "91% 3% 1048576 ext4 /var", "4% 90% 2048 xfs /srv/with space"]
    rows += ["10% - 4096 btrfs /data", "99% 1% 1 overlay /var/lib/containers/merged"]
    program(tmp_path, "df", "cat <<'ROWS'\n" + "\n".join(rows) + "\nROWS")
    answer = run("disk-usage-threshold", f"{tmp_path}:{os.defpath}")
    assert answer.returncode == 1, answer.stderr
    states = [line.split(maxsplit=4) for line in answer.stdout.splitlines()[1:-1]]
    assert [(row[0], row[4]) for row in states] == [
        ("OVER", "/var (ext4)"),
        ("OVER", "/srv/with space (xfs)"),
        ("ok", "/data (btrfs)"),
    ]


def test_failed_units_without_systemd_says_that_it_cannot_check(tmp_path: Path) -> None:
    answer = run("failed-systemd-units", tools(tmp_path / "bin", "bash", "sed"))
    assert answer.returncode == 3
    assert answer.stderr == "cannot check: systemctl is not installed on this host\n"


def test_failed_units_in_a_container_says_that_systemd_does_not_run(tmp_path: Path) -> None:
    program(tmp_path, "systemctl", "echo offline; exit 1")
    answer = run("failed-systemd-units", f"{tmp_path}:{os.defpath}")
    assert answer.returncode == 3
    assert "not running as the init system" in answer.stderr


def test_failed_units_are_listed_with_their_journal_unless_ignored(tmp_path: Path) -> None:
    units = "shop.service loaded failed failed The shop\\nnoise-1.service loaded failed failed Known noise\\n"
    program(tmp_path, "systemctl", f'[[ $1 == is-system-running ]] && {{ echo degraded; exit 1; }}; printf "{units}"')
    program(tmp_path, "journalctl", 'echo "last words of $1"')
    search_path = f"{tmp_path}:{os.defpath}"
    answer = run("failed-systemd-units", search_path, IGNORED_UNITS="other.timer, noise-?.service")
    assert answer.returncode == 1
    assert "FAILED shop.service (failed): The shop\n    last words of --unit=shop.service\n" in answer.stdout
    assert "noise" not in answer.stdout
    assert "Failed units: 1, ignored: 1." in answer.stdout
    assert run("failed-systemd-units", search_path, IGNORED_UNITS="*.service").returncode == 0


def test_a_listening_socket_is_found_and_judged(tmp_path: Path) -> None:
    if shutil.which("ss") is None:
        pytest.skip("ss is not installed")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        everything = run("listening-ports", INCLUDE_LOOPBACK="true")
        unexpected = run("listening-ports", INCLUDE_LOOPBACK="true", ALLOWED_PORTS="1, 2-3")
        expected = run("listening-ports", INCLUDE_LOOPBACK="true", ALLOWED_PORTS=f"{port}, 1-65535")
        hidden = run("listening-ports")
    assert everything.returncode == 0, everything.stderr
    assert f"127.0.0.1:{port} " in everything.stdout
    assert unexpected.returncode == 1
    assert any(line.startswith("UNEXPECTED") and f":{port} " in line for line in unexpected.stdout.splitlines())
    assert expected.returncode == 0
    assert f"127.0.0.1:{port} " not in hidden.stdout


def test_listening_ports_without_its_tool_says_so(tmp_path: Path) -> None:
    if any(Path(folder, "ss").exists() for folder in ("/usr/sbin", "/sbin")):
        pytest.skip("ss lies where the script always looks")
    answer = run("listening-ports", tools(tmp_path / "bin", "bash"))
    assert answer.returncode == 3
    assert "ss (package iproute2 or iproute) is not installed" in answer.stderr


def account_files(root: Path, passwd: list[str], shadow: list[str], group: list[str]) -> None:
    (root / "etc").mkdir()
    for name, lines in (("passwd", passwd), ("shadow", shadow), ("group", group)):
        (root / "etc" / name).write_text("".join(f"{line}\n" for line in lines))


def test_account_audit_names_each_kind_of_risk(tmp_path: Path) -> None:
    passwd = ["root:x:0:0::/root:/bin/bash", "toor:x:0:0::/root:/bin/sh", "daemon:x:2:2::/:/usr/sbin/nologin"]
    passwd += [
        "app:x:200:200::/srv:/bin/bash",
        "ann:x:1000:27::/home/ann:/bin/bash",
        "bob:x:1000:100::/home/bob:/bin/sh",
    ]
    account_files(tmp_path, passwd, ["root:*:1::::::", "ann::1::::::"], ["sudo:x:27:bob", "users:x:100:"])
    (tmp_path / "home/ann").mkdir(parents=True)
    (tmp_path / "home/ann").chmod(0o777)
    answer = run("user-account-audit", ROOT_DIRECTORY=tmp_path, EXPECTED_ADMINISTRATORS="bob")
    assert answer.returncode == 1, answer.stderr
    assert [line for line in answer.stdout.splitlines() if line.startswith("FINDING")] == [
        "FINDING account with UID 0 beside root: toor",
        "FINDING UID used twice: 0 (root, toor)",
        "FINDING UID used twice: 1000 (ann, bob)",
        "FINDING system account with a login shell: app (/bin/bash)",
        "FINDING account without a password: ann",
        "FINDING home directory anybody may write to: ann (/home/ann)",
        "FINDING unexpected administrator: ann",
    ]


def test_account_audit_of_a_sound_system_finds_nothing(tmp_path: Path) -> None:
    passwd = ["root:x:0:0::/root:/bin/bash", "postgres:x:110:110::/:/bin/bash", "+::::::"]
    account_files(tmp_path, passwd, ["root:*:1::::::"], ["wheel:x:10:"])
    answer = run("user-account-audit", ROOT_DIRECTORY=tmp_path, IGNORED_ACCOUNTS="mysql, postgres")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "Accounts: 2, findings: 0, shadow file: checked." in answer.stdout


def test_account_audit_without_the_shadow_file_does_not_claim_success(tmp_path: Path) -> None:
    account_files(tmp_path, ["root:x:0:0::/root:/bin/bash"], [], [])
    (tmp_path / "etc/shadow").unlink()
    assert run("user-account-audit", ROOT_DIRECTORY=tmp_path).returncode == 3


HARDENED = """permitrootlogin no
passwordauthentication no
kbdinteractiveauthentication no
maxauthtries 3
ciphers aes256-gcm
"""


def test_ssh_settings_are_compared_with_the_baseline(tmp_path: Path) -> None:
    settings = tmp_path / "settings"
    settings.write_text(HARDENED + "kexalgorithms curve25519-sha256,ecdh-sha2-nistp256\n")
    sound = run("ssh-hardening-check", SETTINGS_FILE=settings)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    settings.write_text(
        "permitrootlogin prohibit-password\npasswordauthentication yes\nmaxauthtries 6\nmacs hmac-md5,hmac-sha2-256\n"
    )
    weak = run("ssh-hardening-check", SETTINGS_FILE=settings)
    assert weak.returncode == 1
    deviating = [line.split()[1] for line in weak.stdout.splitlines() if line.startswith("DEVIATES")]
    assert deviating == ["permitrootlogin", "passwordauthentication", "maxauthtries", "macs"]
    relaxed = run(
        "ssh-hardening-check",
        SETTINGS_FILE=settings,
        ROOT_LOGIN="keys-only",
        ALLOW_PASSWORDS="true",
        MAX_AUTH_TRIES="6",
    )
    assert [line.split()[1] for line in relaxed.stdout.splitlines() if line.startswith("DEVIATES")] == ["macs"]


def test_ssh_settings_cannot_run_commands(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    settings = tmp_path / "settings"
    settings.write_text(HARDENED + f"a[$(touch${{IFS}}{mark})] value\n")
    assert run("ssh-hardening-check", SETTINGS_FILE=settings).returncode == 0
    assert not mark.exists()


def test_ssh_check_without_a_server_says_so(tmp_path: Path) -> None:
    if shutil.which("sshd", path="/usr/sbin:/sbin"):
        pytest.skip("an OpenSSH server is installed")
    answer = run("ssh-hardening-check", tools(tmp_path / "bin", "bash"))
    assert answer.returncode == 3
    assert "OpenSSH server is not installed" in answer.stderr


APT_PLAN = """Inst libone [1.0] (1.1 Debian:12/stable [amd64])
Inst libtwo [1.0] (1.1 Debian-Security:12/stable-security [amd64])
Inst brand-new (2.0 Debian:12/stable [amd64])
Conf libone (1.1 Debian:12/stable [amd64])"""


def test_pending_updates_tells_security_updates_apart(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", f"case $1 in indextargets) echo lists ;; *) cat <<'PLAN'\n{APT_PLAN}\nPLAN\n;; esac")
    search_path = f"{tmp_path}:{os.defpath}"
    answer = run("pending-package-updates", search_path)
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout == "  libone\n  libtwo\nUpdates waiting (apt): 2, of which security: 1.\n"
    assert run("pending-package-updates", search_path, FAIL_ON_UPDATES="never").returncode == 0


def test_pending_updates_reads_wrapped_lines_of_dnf_and_survives_head(tmp_path: Path) -> None:
    search_path = tools(tmp_path / "bin", "bash", "awk", "wc", "head", "sed")
    listing = "\nbash.x86_64    5.1-2   baseos\n"
    listing += "a-very-long-name-indeed.noarch\n      1-2   appstream\nObsoleting Packages\nx.noarch 1 y\n"
    program(tmp_path / "bin", "dnf", f"case $* in *--security*) exit 0 ;; *) printf '{listing}'; exit 100 ;; esac")
    answer = run("pending-package-updates", search_path, FAIL_ON_UPDATES="any", SHOWN_PACKAGES="1")
    assert answer.returncode == 1, answer.stderr
    assert answer.stdout == "  bash.x86_64\n  ... and 1 more\nUpdates waiting (dnf): 2, of which security: 0.\n"


def test_pending_updates_that_cannot_be_known_are_no_success(tmp_path: Path) -> None:
    program(tmp_path, "apt-get", "exit 0")
    empty = run("pending-package-updates", f"{tmp_path}:{os.defpath}")
    assert (empty.returncode, "package lists are empty" in empty.stderr) == (3, True)
    nothing = run("pending-package-updates", tools(tmp_path / "bin", "bash"))
    assert (nothing.returncode, "none of apt-get" in nothing.stderr) == (3, True)
