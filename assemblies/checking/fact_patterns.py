"""What a script does, as data: for each fact the words that say so, whichever language calls which other.

A pattern is tried, in any letter case, on a statement that contains one of its words: most statements cost no more than
looking for these. Each is bounded in how far it reaches.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from assemblies.domains import AssemblyType


@dataclass(frozen=True)
class FactPattern:
    """`words` are in lower case; without any of them the expression cannot match."""

    rule: str
    words: tuple[str, ...]
    expression: re.Pattern[str]


_SHELL_FETCHES = r"(?:curl|wget|fetch|aria2c)\b"
_POWERSHELL_FETCHES = (
    r"(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm|DownloadString|DownloadData|DownloadFile|Net\.WebClient"
    r"|Start-BitsTransfer)\b"
)
_INTERPRETERS = r"(?:sudo\s+(?:-\S+\s+){0,4})?(?:/\S{1,40}/)?(?:(?:ba|z|da|k|a)?sh|python\d?|perl|ruby|node|php)\b"
_SERVICES = (
    r"(?:WinDefend|MpsSvc|Sense|WdNisSvc|SecurityHealthService|wuauserv|wscsvc|firewalld|ufw|nftables|iptables|apparmor"
    r"|auditd|selinux|fail2ban|clamav\S{0,20}|falcon-sensor|mdatp)\b"
)
_RUNS = (
    ("curl wget fetch aria2c", rf"{_SHELL_FETCHES}[^|;]{{1,300}}\|\s*(?:{_INTERPRETERS})"),
    ("curl wget fetch aria2c", rf"\b(?:ba|z|da|k)?sh\s[^|;]{{0,40}}(?:<\(|\$\(|`)\s*{_SHELL_FETCHES}"),
    ("curl wget fetch aria2c", rf"\b(?:eval|source)\s[^|;]{{0,20}}(?:\$\(|<\(|`)\s*{_SHELL_FETCHES}"),
    ("iex invoke-expression scriptblock", r"(?:\biex\b|Invoke-Expression|ScriptBlock\]::Create)[^;]{0,200}"
     rf"{_POWERSHELL_FETCHES}.{{0,80}}"),
    ("iex invoke-expression", rf"{_POWERSHELL_FETCHES}.{{0,300}}\|\s*(?:iex|Invoke-Expression)\b"),
    ("mshta", r"\bmshta(?:\.exe)?\s+[\"']?https?:.{0,80}"),
    ("regsvr32", r"\bregsvr32\b.{0,60}/i:https?:.{0,80}"),
    ("msiexec", r"\bmsiexec\b.{0,60}\s[\"']?https?:.{0,80}"),
    ("exec(", r"\bexec\(\s*(?:compile\(\s*)?(?:requests\.get|(?:urllib\.request\.|urllib2\.)?urlopen)\(.{0,80}"),
)  # fmt: skip
_PROTECTION = (
    ("set-mppreference", r"\bSet-MpPreference\b.{0,200}-Disable\w+\s+(?:\$true|1)\b"),
    ("add-mppreference", r"\bAdd-MpPreference\b.{0,200}-Exclusion\w+.{0,80}"),
    ("disable", r"\bDisable(?:AntiSpyware|AntiVirus|RealtimeMonitoring|BehaviorMonitoring|FirewallPolicy)\b"
     r"(?!.{0,80}(?:\$false|\b0\b|\b0x0)).{0,60}"),
    ("set-netfirewallprofile", r"\bSet-NetFirewallProfile\b.{0,120}-Enabled\s+(?:\$?False|0)\b"),
    ("netsh", r"\bnetsh\s+(?:advfirewall|firewall)\b.{0,80}(?:state\s+off|opmode\b.{0,20}disable)\b"),
    ("stop delete config", rf"\b(?:sc(?:\.exe)?|net)\s+(?:stop|delete|config)\s+[\"']?{_SERVICES}.{{0,40}}"),
    ("-service", rf"\b(?:Stop|Suspend|Disable)-Service\b.{{0,80}}{_SERVICES}.{{0,60}}"
     rf"|\bSet-Service\b.{{0,80}}{_SERVICES}.{{0,60}}\b(?:Disabled?|Stopped|Manual)\b"),
    ("systemctl", rf"\bsystemctl\s+(?:--\S+\s+){{0,3}}(?:stop|disable|mask)\s.{{0,60}}{_SERVICES}"),
    ("service", rf"\bservice\s+{_SERVICES}\s+stop\b"),
    ("enablelua", r"\bEnableLUA\b.{0,80}\b0\b"),
    ("setenforce selinux=", r"\bsetenforce\s+(?:0|permissive)\b|\bSELINUX=(?:disabled|permissive)\b"),
    ("ufw", r"\bufw\s+(?:--force\s+)?(?:disable|reset)\b"),
    ("tables", r"\bip6?tables\s+(?:-t\s+\w+\s+)?(?:-F|--flush|-P\s+\w+\s+ACCEPT)\b"),
    ("nft", r"\bnft\s+flush\s+ruleset\b"),
    ("spctl csrutil", r"\b(?:spctl\s+--(?:master|global)-disable|csrutil\s+disable)\b"),
    ("set-executionpolicy", r"\bSet-ExecutionPolicy\b(?!.{0,120}-Scope\s+Process).{0,60}\b(?:Bypass|Unrestricted)\b"),
    ("curl", r"\bcurl\b(?:\s+\S{1,120}){0,8}?\s+(?:-[a-zA-Z]{0,6}k[a-zA-Z]{0,6}|--insecure)(?=\s|\Z)"),
    ("--no-check-certificate", r"\bwget\b.{0,200}--no-check-certificate\b"),
    ("servercertificatevalidationcallback", r"\bServerCertificateValidationCallback\b.{0,80}\btrue\b"),
    ("-skipcertificatecheck", r"-SkipCertificateCheck\b"),
    ("verify validate_certs _create_unverified", r"\bverify\s*=\s*False\b"
     r"|\bvalidate_certs\s*[:=]\s*[\"']?(?:no|false)\b|\b_create_unverified_context\b"),
    ("host", r"\bStrictHostKeyChecking[= ]\s*[\"']?no\b|\bhost_key_checking\s*[:=]\s*false\b"),
    ("wevtutil clear-eventlog", r"\bwevtutil(?:\.exe)?\s+(?:cl|clear-log)\b.{0,60}|\bClear-EventLog\b.{0,60}"),
    ("vssadmin", r"\bvssadmin(?:\.exe)?\s+delete\s+shadows\b"),
    ("disable-computerrestore", r"\bDisable-ComputerRestore\b.{0,40}"),
    ("bcdedit", r"\bbcdedit\b.{0,80}(?:recoveryenabled\s+no|testsigning\s+on|nointegritychecks\s+on)\b"),
    ("amsiinitfailed", r"\bamsiInitFailed\b"),
    ("bitlocker manage-bde", r"\b(?:Disable-BitLocker|manage-bde\b.{0,20}-off)\b.{0,40}"),
)  # fmt: skip
_DELETION = (
    ("rm", r"(?<![\w-])rm\s+(?:-\S+\s+){0,4}(?:-[a-zA-Z]{0,6}[rR][a-zA-Z]{0,6}|--recursive)\s.{0,120}"),
    ("-recurse", r"\bRemove-Item\b.{0,200}-Recurse\b.{0,80}"
     r"|(?<![\w-])(?:ri|del|rd|rm|rmdir|erase)\s.{0,160}-Recurse\b.{0,80}"),
    ("/s", r"(?<![\w-])(?:rd|rmdir|del|erase)\s+(?:\S+\s+){0,3}/s\b.{0,120}"),
    ("deltree rmtree(", r"\bdeltree\b.{0,80}|\brmtree\(.{0,100}"),
    ("]::delete(", r"\bDirectory\]::Delete\([^)]{0,160},\s*\$true\s*\)"),
    ("find", r"(?<![\w-])find\s.{0,200}(?:-delete\b|-exec\s+rm\b).{0,40}"),
    ("robocopy", r"\brobocopy\b.{0,200}/(?:MIR|PURGE)\b"),
    ("rsync", r"\brsync\b.{0,200}--delete\S{0,20}"),
    ("clear-disk format-volume remove-partition", r"\b(?:Clear-Disk|Format-Volume|Remove-Partition)\b.{0,80}"),
    ("mkfs wipefs shred", r"(?<![\w-])(?:mkfs(?:\.\w+)?|wipefs|shred)\s.{0,80}"),
    ("of=/dev/", r"(?<![\w-])dd\s.{0,120}\bof=/dev/(?!null)\S{1,40}"),
)  # fmt: skip
_ACCOUNTS = (
    ("user group passwd visudo", r"(?<![\w./-])(?:useradd|adduser|usermod|userdel|deluser|groupadd|groupmod|groupdel"
     r"|gpasswd|chpasswd|visudo)\s.{0,80}"),
    ("passwd", r"(?:^|[;&|]|\bsudo)\s*passwd\s.{0,60}"),
    ("/etc/", r"(?:>>?|\btee\b|\bsed\s+-i\b|\bcp\b|\bmv\b|\bopen\(|\brm\b).{0,120}"
     r"/etc/(?:sudoers|shadow|passwd)\b.{0,60}"),
    ("nopasswd authorized_keys", r"\b(?:NOPASSWD|authorized_keys)\b"),
    ("net", r"\bnet1?(?:\.exe)?\s+(?:user|localgroup|group)\s.{0,120}/(?:add|delete|active)\b"
     r"|\bnet1?(?:\.exe)?\s+user\s+[^\s|>/&]{1,60}\s+[^\s/|>&]\S{0,60}"),
    ("-local", r"\b(?:New|Set|Remove|Rename|Enable|Disable)-Local(?:User|Group)\b.{0,80}"
     r"|\b(?:Add|Remove)-LocalGroupMember\b.{0,120}"),
    ("-ad", r"\b(?:New|Set|Remove|Enable|Disable|Unlock)-AD(?:User|Group|Account|AccountPassword|ServiceAccount)\b"
     r".{0,80}"
     r"|\b(?:Add|Remove)-AD(?:GroupMember|PrincipalGroupMembership)\b.{0,80}"),
    ("dscl", r"\bdscl\s+\S{1,40}\s+-(?:create|append|delete|passwd|change|merge)\s.{0,80}"),
    ("sysadminctl dsadd", r"\bsysadminctl\s+-\S{1,30}.{0,60}|\bdsadd\s+user\b.{0,60}"),
    ("useraccount", r"\bwmic\s+useraccount\b.{0,80}\b(?:set|delete|call|rename)\b"),
    ("autoadminlogon defaultpassword", r"\b(?:AutoAdminLogon|DefaultPassword)\b"),
)  # fmt: skip
_ENCODED = (
    ("powershell pwsh", r"\b(?:powershell|pwsh)(?:\.exe)?\b.{0,120}\s[-/]e(?:c|nc?|nco\w{0,12})?"
     r"\s+[\"']?[A-Za-z0-9+/=$]{8,200}"),
    ("-encodedcommand", r"(?<!\w)-EncodedCommand\b.{0,60}"),
    ("frombase64string", r"\bFromBase64String\b.{0,60}"),
    ("base64", r"\bbase64\s+(?:-\S+\s+){0,3}(?:-d|-D|--decode)\b.{0,40}|\bopenssl\s+(?:enc\s+)?-?base64\s+-d\b"),
    ("decode(", r"\bb(?:ase)?(?:64|32|85)decode\(.{0,60}"),
    ("certutil", r"\bcertutil(?:\.exe)?\s.{0,40}[-/]decode(?:hex)?\b.{0,60}"),
    ("[char]", r"(?:\[char\]\s*(?:0x[0-9a-f]{1,4}|\d{1,5})\s*[+,]\s*){4}"),
    ("\\x", r"(?:\\x[0-9a-f]{2}){12}"),
    ("marshal zlib codecs", r"\b(?:marshal|zlib|codecs)\.(?:loads|decompress|decode)\(.{0,40}"),
    ("xxd", r"\bxxd\s+(?:-\S+\s+){0,2}-r\b.{0,40}"),
)  # fmt: skip
_PATTERNS = {
    "downloads-and-runs": _RUNS,
    "turns-off-protection": _PROTECTION,
    "deletes-recursively": _DELETION,
    "changes-accounts": _ACCOUNTS,
    "encoded-commands": _ENCODED,
}
# Modules of a playbook, by the key of a task.
_MODULE = r"(?:^|[\s-])(?:ansible\.(?:builtin|windows|posix)\.|community\.(?:general|windows)\.)?"
_OF_PLAYBOOKS = {
    "changes-accounts": (
        ("user: group: key: ship:", rf"{_MODULE}(?:win_)?(?:user|group|authorized_key|group_membership|domain_user):"
         r"\s.{0,100}"),
    ),
    "deletes-recursively": (("file:", rf"{_MODULE}(?:win_)?file:\s.{{0,300}}\bstate\s*[:=]\s*[\"']?absent\b"),),
    "turns-off-protection": (
        ("selinux:", rf"{_MODULE}selinux:\s.{{0,120}}\b(?:disabled|permissive)\b"),
        ("firewall:", rf"{_MODULE}(?:win_)?firewall:\s.{{0,120}}\bstate\s*[:=]\s*[\"']?disabled\b"),
    ),
}  # fmt: skip
FACT_RULES = (*_PATTERNS, "hosts", "plain-secrets")


def _compiled(patterns: Mapping[str, tuple[tuple[str, str], ...]]) -> Iterator[FactPattern]:
    for rule, expressions in patterns.items():
        for words, expression in expressions:
            yield FactPattern(rule, tuple(words.split()), re.compile(expression, re.I))


_EVERYWHERE = tuple(_compiled(_PATTERNS))
_IN_PLAYBOOKS = (*_EVERYWHERE, *_compiled(_OF_PLAYBOOKS))


def patterns_for(assembly_type: AssemblyType, lowered: str) -> list[FactPattern]:
    """Return the patterns that may match anywhere in a text, which is in lower case."""
    patterns = _IN_PLAYBOOKS if assembly_type is AssemblyType.ANSIBLE else _EVERYWHERE
    return [one for one in patterns if any(word in lowered for word in one.words)]
