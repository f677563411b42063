# Lists the members of the local Administrators group and names those that nobody expects there. Changes nothing.
# Orphaned and Entra ID members are listed by their SID, where Get-LocalGroupMember would fail altogether.
# Exit: 0 as expected (or nothing to compare with), 1 unexpected member, 2 bad input, 3 cannot be checked here.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
trap {
    [Console]::Error.WriteLine("cannot check: $($_.Exception.Message)")
    exit 3
}

function Stop-BadInput([string]$Message) {
    [Console]::Error.WriteLine("bad input: $Message")
    exit 2
}

$allowBuiltin = $true
if (-not [string]::IsNullOrWhiteSpace($env:ALLOW_BUILTIN_ADMINISTRATOR)) {
    if ($env:ALLOW_BUILTIN_ADMINISTRATOR -notmatch '^(true|false|1|0|yes|no)$') {
        Stop-BadInput 'ALLOW_BUILTIN_ADMINISTRATOR must be true or false'
    }
    $allowBuiltin = $env:ALLOW_BUILTIN_ADMINISTRATOR -match '^(true|1|yes)$'
}
$expected = @(
    foreach ($name in "$env:EXPECTED_ADMINISTRATORS" -split '[,;]') {
        $name = $name.Trim()
        if (-not $name) { continue }
        if ($name -notmatch '^S-1-[0-9-]+$' -and $name -notmatch '^[^\\]+\\[^\\]+$') {
            Stop-BadInput "EXPECTED_ADMINISTRATORS: '$name' is neither a SID nor DOMAIN\name (.\name for a local account)"
        }
        if ($name.StartsWith('.\')) { $env:COMPUTERNAME + $name.Substring(1) } else { $name }
    }
)

$system = Get-CimInstance -ClassName Win32_ComputerSystem
$firstDomainControllerRole = 4
if ($system.DomainRole -ge $firstDomainControllerRole) { throw 'a domain controller has no local groups' }

# The name of the group depends on the language of Windows, its SID does not.
$groupSid = New-Object System.Security.Principal.SecurityIdentifier 'S-1-5-32-544'
$groupName = $groupSid.Translate([System.Security.Principal.NTAccount]).Value.Split('\')[-1]
$group = [ADSI]"WinNT://$env:COMPUTERNAME/$groupName,group"

$members = @(
    foreach ($member in @($group.psbase.Invoke('Members'))) {
        $bytes = $member.GetType().InvokeMember('objectSid', 'GetProperty', $null, $member, $null)
        $sid = New-Object System.Security.Principal.SecurityIdentifier ([byte[]]$bytes), 0
        try {
            $account = $sid.Translate([System.Security.Principal.NTAccount]).Value
        }
        catch {
            $account = '(cannot be resolved)'
        }
        $isBuiltin = $sid.Value -match '^S-1-5-21-\d+-\d+-\d+-500$' -and $account -like "$env:COMPUTERNAME\*"
        $isExpected = $expected -contains $account -or $expected -contains $sid.Value -or ($isBuiltin -and $allowBuiltin)
        [pscustomobject]@{
            State   = if ($expected.Count -eq 0) { 'listed' } elseif ($isExpected) { 'expected' } else { 'UNEXPECTED' }
            Account = $account
            Sid     = $sid.Value
        }
    }
)

$members | Sort-Object -Property State, Account | Format-Table -AutoSize | Out-String -Width 200 | Write-Output
$unexpected = @($members | Where-Object { $_.State -eq 'UNEXPECTED' })
Write-Output "Members of '$groupName': $($members.Count), unexpected: $($unexpected.Count)."
if ($unexpected.Count -gt 0) { exit 1 }
exit 0
