"""What a script finds: its variables, its files, this machine, and nothing of the worker."""

import os
import shutil
import sys
from pathlib import Path

import pytest

from assemblies.supervision import Content, Language, Outcome, Variable
from assemblies.supervision.marker import MARKER_NAME
from tests.supervision.runs import bash, exited, run

# What bash sets by itself.
_OF_BASH = {"PWD", "OLDPWD", "SHLVL", "_"}


def environment_in(text: bytes) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.decode().split("\0") if line)


def test_the_environment_is_an_allowed_part_of_the_workers_and_the_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BOREALIS_SECRET_KEY", "DATABASE_URL", "PYTHONPATH", "LD_LIBRARY_PATH", "BASH_ENV", "VIRTUAL_ENV"):
        monkeypatch.setenv(name, "/nowhere")
    monkeypatch.setenv("LC_NUMERIC", "C")
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.prefix, "bin")), ".", "relative", "/usr/bin", "/bin"]))
    variables = (Variable("Install Path", "/opt/a b"), Variable("count", 3), Variable("dry-run", True))
    found = environment_in(exited(bash("exec env -0", variables=variables)).text())
    allowed = {"HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR", "TMPDIR"}
    own = {MARKER_NAME, "PATH", "PYTHONUNBUFFERED", "LC_NUMERIC", "https_proxy"}
    given = {"INSTALL_PATH": "/opt/a b", "COUNT": "3", "DRY_RUN": "true"}
    others = {name for name in found if name.startswith("LC_") or name.lower().endswith("_proxy")}
    assert found.keys() - allowed - own - others - given.keys() - _OF_BASH == set()
    assert {name: found[name] for name in given} == given
    assert found["PATH"] == "/usr/bin:/bin" and found["https_proxy"] == "http://proxy.example:3128"
    assert found["TMPDIR"].startswith(found["PWD"] + "/")


def test_a_script_runs_in_a_private_directory_of_its_own_that_is_removed() -> None:
    script = "pwd; stat -c '%a %n' . script.sh data.bin; cat data.bin; echo left > left; ln -s /etc link; mkdir -p a/b"
    heard = exited(bash(script, files={"data.bin": Content.of(b"\0attached\xff\n")}))
    directory, *rest = heard.text().split(b"\n", 1)
    assert directory.decode() == str(heard.directory)
    assert rest == [b"700 .\n700 script.sh\n600 data.bin\n\0attached\xff\n"]
    assert Path("/etc/passwd").exists()


def test_a_directory_that_its_script_locked_is_removed() -> None:
    exited(bash("mkdir -p a/b/c; touch a/b/c/d; chmod 000 a/b/c a/b; chmod 500 a; chmod 500 ."))


def test_a_directory_with_something_mounted_in_it_is_left_and_named(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root mounts")
    precious = tmp_path / "precious"
    precious.write_text("kept")
    heard = run(bash(f"mkdir mnt && mount --bind {tmp_path} mnt && cat mnt/precious"))
    mounted = heard.directory / "mnt"
    try:
        if heard.text() != b"kept":
            pytest.skip("mounting is not permitted here")
        assert heard.result.directory_left == "something is mounted in it"
        assert precious.read_text() == "kept"
    finally:
        os.system(f"umount {mounted}")  # noqa: S605, a path of our own
        shutil.rmtree(heard.directory)
    assert precious.read_text() == "kept"


def test_a_script_has_no_input_no_core_file_no_terminal_and_a_session_of_its_own() -> None:
    script = (
        "readlink /proc/self/fd/0; ulimit -c; umask; ls /proc/self/fd | wc -l; ps -o sid= -p $$ | tr -d ' '; echo $$"
    )
    lines = exited(bash(script)).text().decode().split()
    assert lines[:3] == ["/dev/null", "0", "0022"]
    assert int(lines[3]) <= 4, "descriptors of the worker or the supervisor"
    assert lines[4] == lines[5]


# Signals 32 and 33, which the C library keeps for its threads: no program can change what an ancestor made of them.
OF_THE_C_LIBRARY = 0b11 << 31


def test_a_script_finds_no_signal_blocked_or_ignored() -> None:
    masks = dict(line.split(":\t") for line in exited(bash("cat /proc/self/status")).text().decode().splitlines())
    assert int(masks["SigBlk"], 16) & ~OF_THE_C_LIBRARY == 0
    assert int(masks["SigIgn"], 16) & ~OF_THE_C_LIBRARY == 0


def test_files_whose_bytes_are_not_those_promised_start_nothing(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    content = Content(b"other", Content.of(b"promised").sha256)
    for order in (
        bash(f"touch {ran}", files={"data": content}),
        bash("", script_sha256=Content.of(b"promised").sha256),
    ):
        result = run(order).result
        assert (result.outcome, result.code) == (Outcome.NOT_STARTED, "content_mismatch")
    assert not ran.exists()


def test_the_supervisor_holds_no_secret_where_others_can_read_it() -> None:
    script = "tr '\\0' ' ' < /proc/$PPID/cmdline; tr '\\0' ' ' < /proc/$PPID/environ | grep -c hunter2; true"
    text = exited(bash(script, variables=(Variable("password", "hunter2hunter2", secret=True),))).text()
    assert b"[secret]" not in text and text.endswith(b"0\n")


def test_a_secret_is_masked_in_output_that_is_kept_counted_and_hashed() -> None:
    script = 'echo "is $PASSWORD"; printf correct-; sleep 0.3; printf horse; echo; printf x$PASSWORD | base64'
    heard = exited(bash(script, variables=(Variable("password", "correct-horse", secret=True),)))
    lines = heard.text().split(b"\n")
    assert lines[:2] == [b"is [secret]", b"[secret]"]
    assert b"[secret]" in lines[2]
    assert heard.result.output["stdout"].sha256 == Content.of(heard.text()).sha256


@pytest.mark.parametrize("language", [Language.BASH, Language.PYTHON])
def test_a_variable_of_any_text_reaches_the_script_whole(language: Language) -> None:
    value = " ünï ☃\n$(touch /tmp/never) `id` 'q' \"q\" \\ % & | < > ^ ! \t"
    scripts = {
        Language.BASH: 'printf %s "$ANY"',
        Language.PYTHON: "import os, sys; sys.stdout.buffer.write(os.environb[b'ANY'])",
    }
    heard = exited(bash(scripts[language], language=language, variables=(Variable("any", value),)))
    assert heard.text().decode() == value
