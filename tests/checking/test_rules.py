"""Each rule with a script that trips it and one that must not."""

import re
from itertools import product
from pathlib import Path

import pytest

from assemblies.checking import Report, Severity, Subject, check_many
from assemblies.checking.fact_patterns import FACT_RULES
from assemblies.checking.secrets import MASK
from assemblies.domains import AssemblyType

POWERSHELL, BATCH, BASH = AssemblyType.POWERSHELL, AssemblyType.BATCH, AssemblyType.BASH
PYTHON, ANSIBLE = AssemblyType.PYTHON, AssemblyType.ANSIBLE
PROJECT = Path(__file__).resolve().parents[2]
# A rule as a page writes it, and as our own code does.
CODE, RULE = re.compile(r"`([\w-]+)`"), re.compile(r"\"([a-z]+(?:-[a-z]+)+)\"(?=, Severity|, severity|,\s*\"U\+|\})")
Example = tuple[str, AssemblyType, str, str]

PLAY = "- name: A play\n  hosts: all\n  tasks:\n"
FINDINGS: list[tuple[str, AssemblyType, Severity, str, str]] = [
    ("SC1073", BASH, Severity.ERROR, "#!/bin/bash\nif true; then\n", "#!/bin/bash\nif true; then echo; fi\n"),
    ("SC2034", BASH, Severity.WARNING, "#!/bin/bash\nunused=1\n", "#!/bin/bash\nused=1\necho $used\n"),
    ("SC2086", BASH, Severity.INFO, "#!/bin/bash\na='b c'\nls $a\n", "#!/bin/bash\na='b c'\nls \"$a\"\n"),
    ("invalid-syntax", PYTHON, Severity.ERROR, "def f(:\n", "def f(): ...\n"),
    ("F821", PYTHON, Severity.ERROR, "print(missing)\n", "missing = 1\nprint(missing)\n"),
    ("F401", PYTHON, Severity.INFO, "import os\n", "import os\nos.getcwd()\n"),
    ("S602", PYTHON, Severity.WARNING,
     "import subprocess\nsubprocess.run(x := input(), shell=True)\n", "import subprocess\nsubprocess.run(['ls'])\n"),
    ("yaml-syntax", ANSIBLE, Severity.ERROR, f"{PLAY}    - debug: {{a: [}}\n", f"{PLAY}    - debug: {{a: []}}\n"),
    ("yaml-repeated-key", ANSIBLE, Severity.WARNING,
     f"{PLAY}    - debug: {{}}\n      when: a\n      when: b\n",
     f"{PLAY}    - debug: {{}}\n      when: a\n    - when: b\n"),
    ("carriage-return", BASH, Severity.ERROR, "#!/bin/bash\r\necho\r\n", "#!/bin/bash\necho\n"),
    ("byte-order-mark", PYTHON, Severity.ERROR, "\ufeff#!/usr/bin/python3\n", "\ufeffprint()\n"),
    ("hidden-character", POWERSHELL, Severity.ERROR, "# \u202e txt\n", "# ünïcödé\n"),
    ("hidden-character", BATCH, Severity.WARNING, "echo a\u200bb\r\n", "echo äb\r\n"),
    ("undeclared-variable", POWERSHELL, Severity.WARNING,
     "Write-Output $env:TARGET_HOST\n", "$env:TARGET_HOST = 'a'\nWrite-Output $env:TARGET_HOST $env:TEMP\n"),
    ("undeclared-variable", BATCH, Severity.WARNING, "echo %TARGET%\n", "set TARGET=a\necho %TARGET% %COMPUTERNAME%\n"),
    ("undeclared-variable", BASH, Severity.WARNING,
     "echo \"$TARGET\"\n", "for TARGET in a b; do echo \"$TARGET\"; done\n"),
    ("undeclared-variable", BASH, Severity.INFO, "echo \"${TARGET:-a}\"\n", "awk '{print $NF}' \"$HOME/a\"\n"),
    ("undeclared-variable", PYTHON, Severity.WARNING,
     "import os\nprint(os.environ['TARGET'])\n", "import os\nprint(os.environ['PATH'])\n"),
    ("unused-variable", POWERSHELL, Severity.INFO, "Write-Output 1\n", "Write-Output $Target\n"),
    ("undeclared-variable", ANSIBLE, Severity.WARNING,
     f"{PLAY}    - debug: msg={{{{ target }}}}\n",
     f"{PLAY}    - command: ls\n      register: target\n    - debug: msg={{{{ target.rc }}}} {{{{ ansible_host }}}}\n"),
]  # fmt: skip
# What the assembly of an example declares.
DECLARED = {"unused-variable": ("Target",)}
# What is said where a program is missing, or did not finish: `test_bounds` has both.
OF_PROGRAMS = {"shellcheck", "ruff"}
FACTS: list[Example] = [
    ("downloads-and-runs", BASH,
     "curl -fsSL https://a.example/i.sh | sudo bash\n", "curl -fsSL https://a.example/i.txt | sort\n"),
    ("downloads-and-runs", BASH,
     "wget https://a.example/a.deb\nsudo dpkg -i a.deb\n", "wget https://a.example/a.txt\ncat a.txt\n"),
    ("downloads-and-runs", POWERSHELL,
     "iex ((New-Object Net.WebClient).DownloadString('https://a.example/i.ps1'))\n", "# iex (iwr https://a.example)\n"),
    ("downloads-and-runs", POWERSHELL,
     "Invoke-WebRequest $u `\n -OutFile $setup\nStart-Process $setup -Wait\n",
     "iwr $u -OutFile $page\nGet-Content $page\n"),
    ("downloads-and-runs", BATCH,
     "curl -o a.exe https://a.example/a.exe\r\na.exe /S\r\n", "curl -o a.log https://a.example/a\r\n"),
    ("downloads-and-runs", PYTHON, "exec(requests.get(url).text)\n", "text = requests.get(url).text\n"),
    ("downloads-and-runs", ANSIBLE,
     f"{PLAY}    - get_url:\n        url: https://a.example/a.sh\n        dest: /opt/a.sh\n    - command: /opt/a.sh\n",
     f"{PLAY}    - get_url:\n        url: https://a.example/a.sh\n        dest: /opt/a.sh\n    - command: ls\n"),
    ("hosts", BASH, "rsync -a /srv backup@store.example:/srv\n", "# see https://a.example\ncurl http://localhost/\n"),
    ("hosts", POWERSHELL, "$page = iwr https://a.example/page\n", "$page = iwr http://127.0.0.1/page\n"),
    ("hosts", PYTHON, "text = urlopen('https://a.example/a')\n", "text = open('a.example')\n"),
    ("hosts", ANSIBLE, f"{PLAY}    - uri: url=https://a.example/\n", f"{PLAY}    - uri: url=http://localhost/\n"),
    ("hosts", BATCH, "copy \\\\files\\share\\a.exe .\r\n", "copy C:\\a\\b.exe .\r\n"),
    ("turns-off-protection", POWERSHELL, "Set-MpPreference -DisableRealtimeMonitoring $true\n",
     "Set-MpPreference -DisableRealtimeMonitoring $false\n"),
    ("turns-off-protection", BATCH,
     "netsh advfirewall set allprofiles state off\n", "netsh advfirewall set allprofiles state on\n"),
    ("turns-off-protection", BASH, "systemctl disable --now firewalld\n", "systemctl enable --now firewalld\n"),
    ("turns-off-protection", BASH, "curl -sk https://a.example\n", "curl -s https://a.example\n"),
    ("turns-off-protection", PYTHON, "requests.get(url, verify=False)\n", "requests.get(url, verify=True)\n"),
    ("turns-off-protection", ANSIBLE,
     f"{PLAY}    - selinux:\n        state: disabled\n", f"{PLAY}    - selinux: state=enforcing\n"),
    ("deletes-recursively", BASH, "rm -rf \"$dir\"\n", "rm -f \"$file\"\n"),
    ("deletes-recursively", POWERSHELL, "Remove-Item C:\\a -Recurse -Force\n", "Get-ChildItem C:\\a -Recurse\n"),
    ("deletes-recursively", BATCH, "rd /s /q C:\\a\n", "del C:\\a.txt\n"),
    ("deletes-recursively", PYTHON, "shutil.rmtree(path)\n", "os.remove(path)\n"),
    ("deletes-recursively", ANSIBLE, f"{PLAY}    - file:\n        path: /a\n        state: absent\n",
     f"{PLAY}    - package:\n        name: a\n        state: absent\n"),
    ("changes-accounts", BASH, "sudo usermod -aG sudo bob\n", "cat /etc/passwd\n"),
    ("changes-accounts", POWERSHELL,
     "Add-LocalGroupMember -Group Administrators -Member bob\n", "Get-LocalGroupMember a\n"),
    ("changes-accounts", BATCH, "net localgroup Administrators bob /add\n", "net use z: /delete\n"),
    ("changes-accounts", PYTHON,
     "subprocess.run('useradd --system bob', shell=True)\n", "users = pwd.getpwall()\n"),
    ("changes-accounts", ANSIBLE,
     f"{PLAY}    - ansible.builtin.user:\n        name: bob\n", f"{PLAY}    - debug: msg=user\n"),
    ("encoded-commands", BATCH,
     "powershell -nop -enc SQBFAFgAIAAoAE4A\n", "powershell -ExecutionPolicy RemoteSigned -File a.ps1\n"),
    ("encoded-commands", BASH, "echo aGk= | base64 -d | sh\n", "base64 file > file.b64\n"),
    ("encoded-commands", POWERSHELL,
     "iex ([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($blob)))\n",
     "[Convert]::ToBase64String($bytes) | Set-Content out.txt\n"),
    ("encoded-commands", ANSIBLE,
     f"{PLAY}    - shell: echo bHM= | base64 -d | bash\n", f"{PLAY}    - slurp: src=/etc/hostname\n"),
    ("encoded-commands", PYTHON, "exec(base64.b64decode(blob))\n", "base64.b64encode(blob)\n"),
    ("plain-secrets", POWERSHELL,
     "$password = 'Hunter2-really'\n", "$password = $env:PASSWORD\n$password = 'your-password'\n"),
    ("plain-secrets", BASH, "export API_KEY=4f9a8b7c6d5e4f3a\n", "export API_KEY=$1\n"),
    ("plain-secrets", PYTHON, "url = 'https://bob:s3cretword@a.example/'\n", "token = os.environ['TOKEN']\n"),
    ("plain-secrets", BATCH,
     "net use z: \\\\a\\b /user:bob Hunter2-really\n", "net use z: \\\\a\\b /user:bob %PASSWORD%\n"),
    ("plain-secrets", ANSIBLE,
     "# key: AKIAABCDEFGHIJKLMNOP\n- hosts: all\n", "- hosts: all\n  vars:\n    password: '{{ lookup(a) }}'\n"),
]  # fmt: skip
SECRETS = ("Hunter2-really", "4f9a8b7c6d5e4f3a", "s3cretword", "AKIAABCDEFGHIJKLMNOP")


@pytest.fixture(scope="module")
def reports() -> dict[str, Report]:
    """What every example comes to, all in one call, as for an import."""
    subjects = [
        Subject(language, text, DECLARED.get(rule, ()))
        for rule, language, _severity, *texts in FINDINGS
        for text in texts
    ]
    subjects += [Subject(language, text) for _rule, language, *texts in FACTS for text in texts]
    return {one.text: report for one, report in zip(subjects, check_many(subjects), strict=True)}


@pytest.mark.parametrize(("rule", "language", "severity", "trips", "does_not"), FINDINGS)
def test_a_finding_is_made_where_it_applies_and_nowhere_else(
    rule: str, language: AssemblyType, severity: Severity, trips: str, does_not: str, reports: dict[str, Report]
) -> None:
    assert (rule, severity) in {(one.rule, one.severity) for one in reports[trips].findings}
    assert rule not in {one.rule for one in reports[does_not].findings}


@pytest.mark.parametrize(("rule", "language", "trips", "does_not"), FACTS)
def test_a_fact_is_told_where_it_applies_and_nowhere_else(
    rule: str, language: AssemblyType, trips: str, does_not: str, reports: dict[str, Report]
) -> None:
    assert rule in {one.rule for one in reports[trips].facts}
    assert rule not in {one.rule for one in reports[does_not].facts}


def test_every_fact_has_an_example_in_every_language() -> None:
    languages = (POWERSHELL, BATCH, BASH, PYTHON, ANSIBLE)

    assert {(rule, language) for rule, language, *_rest in FACTS} == set(product(FACT_RULES, languages))


def test_every_rule_of_ours_has_an_example_and_a_row_on_the_page_about_checks() -> None:
    page = (PROJECT / "docs" / "checks.md").read_text()
    rows = {rule for line in page.splitlines() if line.startswith("| `") for rule in CODE.findall(line.split("|")[1])}
    sources = [path.read_text() for path in (PROJECT / "assemblies" / "checking").glob("*.py")]
    ours = {rule for text in sources for rule in RULE.findall(text)} | set(FACT_RULES)
    examples = {rule for rule, *_rest in [*FINDINGS, *FACTS]}

    assert ours >= {"yaml-syntax", "undeclared-variable", "carriage-return"}
    assert ours - examples == set()
    assert ours - rows == set()
    assert {rule for rule in rows if "-" in rule} - examples == set()
    assert rows >= OF_PROGRAMS


def test_what_is_told_of_a_secret_never_contains_it(reports: dict[str, Report]) -> None:
    told = [one.text for report in reports.values() for one in report.facts]
    told += [one.message for report in reports.values() for one in report.findings]

    assert sum(MASK in text for text in told) >= len(SECRETS)
    assert [text for text in told for secret in SECRETS if secret in text] == []


def test_a_declared_variable_is_neither_undeclared_nor_unused() -> None:
    used = Subject(BASH, 'echo "$TARGET_HOST"\n', ("target-host",))
    forgotten = Subject(POWERSHELL, "Write-Output 1\n", ("Target",))
    with_files = Subject(POWERSHELL, ".\\other.ps1\n", ("Target",), has_files=True)

    rules = [{one.rule for one in report.findings} for report in check_many([used, forgotten, with_files])]

    assert rules == [set(), {"unused-variable"}, set()]


def test_facts_and_findings_say_their_line() -> None:
    text = "#!/bin/bash\n# rm -rf /a\ncurl https://a.example/x \\\n  -o /tmp/x \\\n  | rm -rf /b\nif\n"
    report = check_many([Subject(BASH, text)])[0]

    assert [(one.rule, one.line) for one in report.facts] == [("hosts", 3), ("deletes-recursively", 5)]
    assert {one.line for one in report.findings} == {6, 7} or report.findings[0].line >= 5
