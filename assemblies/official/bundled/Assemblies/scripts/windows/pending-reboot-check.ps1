# Tells whether Windows waits for a restart, and why. Changes nothing.
# Exit: 0 no restart is due, 1 a restart is due, 2 bad input, 3 cannot be checked here.
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

function Read-Truth([string]$Name, [string]$Text, [bool]$Default) {
    if ([string]::IsNullOrWhiteSpace($Text)) { return $Default }
    if ($Text -match '^(true|1|yes)$') { return $true }
    if ($Text -match '^(false|0|no)$') { return $false }
    Stop-BadInput "$Name must be true or false"
}

# A 32-bit agent would be shown another part of the registry; asking for the 64-bit view avoids that.
$machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey(
    [Microsoft.Win32.RegistryHive]::LocalMachine, [Microsoft.Win32.RegistryView]::Registry64)

function Test-MachineKey([string]$Path) {
    $key = $machine.OpenSubKey($Path)
    if ($null -eq $key) { return $false }
    $key.Dispose()
    return $true
}

function Get-MachineValue([string]$Path, [string]$Name) {
    $key = $machine.OpenSubKey($Path)
    if ($null -eq $key) { return $null }
    try { return $key.GetValue($Name) } finally { $key.Dispose() }
}

$ignoreRenames = Read-Truth 'IGNORE_FILE_RENAMES' $env:IGNORE_FILE_RENAMES $false
$maximumUptimeDays = 0
if (-not [string]::IsNullOrWhiteSpace($env:MAXIMUM_UPTIME_DAYS)) {
    if (-not [int]::TryParse($env:MAXIMUM_UPTIME_DAYS, [ref]$maximumUptimeDays) -or $maximumUptimeDays -lt 0 -or $maximumUptimeDays -gt 3650) {
        Stop-BadInput 'MAXIMUM_UPTIME_DAYS must be a whole number from 0 (not checked) to 3650'
    }
}

$reasons = New-Object 'System.Collections.Generic.List[string]'
$current = 'SOFTWARE\Microsoft\Windows\CurrentVersion'
if (Test-MachineKey "$current\Component Based Servicing\RebootPending") {
    $reasons.Add('component servicing has changes that need a restart')
}
if (Test-MachineKey "$current\WindowsUpdate\Auto Update\RebootRequired") {
    $reasons.Add('Windows Update has installed updates that need a restart')
}

$control = 'SYSTEM\CurrentControlSet\Control'
$renames = @(Get-MachineValue "$control\Session Manager" 'PendingFileRenameOperations' | Where-Object { $_ })
if ($renames.Count -gt 0 -and -not $ignoreRenames) {
    $reasons.Add("files wait to be replaced or removed at the next start ($($renames.Count) entries)")
}

$activeName = Get-MachineValue "$control\ComputerName\ActiveComputerName" 'ComputerName'
$nextName = Get-MachineValue "$control\ComputerName\ComputerName" 'ComputerName'
if ($activeName -ne $nextName) { $reasons.Add("the computer is to be renamed from $activeName to $nextName") }

$netlogon = 'SYSTEM\CurrentControlSet\Services\Netlogon'
foreach ($name in 'JoinDomain', 'AvoidSpnSet') {
    if ($null -ne (Get-MachineValue $netlogon $name)) { $reasons.Add("a domain join waits for a restart ($name)") }
}

$lastBoot = (Get-CimInstance -ClassName Win32_OperatingSystem).LastBootUpTime
$uptimeDays = [int][math]::Floor(((Get-Date) - $lastBoot).TotalDays)
if ($maximumUptimeDays -gt 0 -and $uptimeDays -gt $maximumUptimeDays) {
    $reasons.Add("the last start was $uptimeDays days ago, more than $maximumUptimeDays are not wanted")
}

foreach ($reason in $reasons) { Write-Output "RESTART DUE: $reason" }
Write-Output "Reasons for a restart: $($reasons.Count). Last start: $($lastBoot.ToString('yyyy-MM-dd HH:mm')) ($uptimeDays days ago)."
if ($reasons.Count -gt 0) { exit 1 }
exit 0
