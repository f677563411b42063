# Lists user profiles that nobody has used for a long time and, only when DRY_RUN is false, removes them.
# Loaded profiles, accounts that run services or tasks, and profiles without a known last use are never touched.
# Exit: 0 done, 1 a profile could not be removed, 2 bad input, 3 cannot be done here.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
trap {
    [Console]::Error.WriteLine("cannot run: $($_.Exception.Message)")
    exit 3
}

function Stop-BadInput([string]$Message) {
    [Console]::Error.WriteLine("bad input: $Message")
    exit 2
}

function Read-WholeNumber([string]$Name, [string]$Text, [int]$Default, [int]$Minimum, [int]$Maximum) {
    if ([string]::IsNullOrWhiteSpace($Text)) { return $Default }
    $number = 0
    if (-not [int]::TryParse($Text, [ref]$number) -or $number -lt $Minimum -or $number -gt $Maximum) {
        Stop-BadInput "$Name must be a whole number from $Minimum to $Maximum"
    }
    return $number
}

$idleDays = Read-WholeNumber 'IDLE_DAYS' $env:IDLE_DAYS 90 14 3650
$maximumRemovals = Read-WholeNumber 'MAXIMUM_REMOVALS' $env:MAXIMUM_REMOVALS 5 1 100
$dryRun = $true
if (-not [string]::IsNullOrWhiteSpace($env:DRY_RUN)) {
    if ($env:DRY_RUN -notmatch '^(true|false|1|0|yes|no)$') { Stop-BadInput 'DRY_RUN must be true or false' }
    $dryRun = $env:DRY_RUN -match '^(true|1|yes)$'
}
$excluded = @("$env:EXCLUDED_ACCOUNTS" -split '[,;]' | ForEach-Object { $_.Trim() } | Where-Object { $_ })

function Resolve-AccountName([string]$Sid) {
    try {
        $identifier = New-Object System.Security.Principal.SecurityIdentifier $Sid
        return $identifier.Translate([System.Security.Principal.NTAccount]).Value
    }
    catch {
        return '(cannot be resolved)'
    }
}

function Resolve-Sid([string]$Account) {
    if ($Account -match '^S-1-[0-9-]+$') { return $Account }
    $name = $Account -replace '^\.\\', "$env:COMPUTERNAME\"
    try {
        return (New-Object System.Security.Principal.NTAccount $name).Translate([System.Security.Principal.SecurityIdentifier]).Value
    }
    catch {
        return $null
    }
}

$machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey(
    [Microsoft.Win32.RegistryHive]::LocalMachine, [Microsoft.Win32.RegistryView]::Registry64)

# LastUseTime alone cannot be trusted: virus scanners and updates touch the file it is read from. Windows notes when a
# profile was last loaded and unloaded, in two halves of a file time each.
function Get-LastUse([string]$Sid) {
    $key = $machine.OpenSubKey("SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\$Sid")
    if ($null -eq $key) { return $null }
    try {
        $times = @(
            foreach ($moment in 'LocalProfileLoadTime', 'LocalProfileUnloadTime') {
                $high = $key.GetValue("${moment}High")
                $low = $key.GetValue("${moment}Low")
                if ($null -eq $high -or $null -eq $low) { continue }
                $ticks = (([long]$high -band 0xFFFFFFFFL) -shl 32) -bor ([long]$low -band 0xFFFFFFFFL)
                if ($ticks -gt 0) { [datetime]::FromFileTimeUtc($ticks) }
            }
        )
    }
    finally {
        $key.Dispose()
    }
    return $times | Sort-Object -Descending | Select-Object -First 1
}

# Whoever runs a service or a scheduled task may be idle for months and is needed nevertheless.
$workingSids = @{}
$workingNames = @{}
$workers = @(Get-CimInstance -ClassName Win32_Service | ForEach-Object { $_.StartName })
$workers += @(Get-ScheduledTask | ForEach-Object { if ($null -ne $_.Principal) { $_.Principal.UserId } })
foreach ($account in ($workers | Where-Object { $_ } | Sort-Object -Unique)) {
    $sid = Resolve-Sid $account
    # While the domain cannot be reached, the name of the folder has to do.
    if ($sid) { $workingSids[$sid] = $true } else { $workingNames[(($account -split '\\')[-1] -split '@')[0]] = $true }
}
foreach ($account in $excluded) {
    $sid = Resolve-Sid $account
    if (-not $sid) { Stop-BadInput "EXCLUDED_ACCOUNTS: '$account' is not known here; nothing was removed" }
    $workingSids[$sid] = $true
}

$oldest = (Get-Date).ToUniversalTime().AddDays(-$idleDays)
$profileRoot = [System.IO.Path]::GetFullPath((Join-Path -Path $env:SystemDrive -ChildPath '\Users')) + '\'
$stale = @(
    foreach ($userProfile in Get-CimInstance -ClassName Win32_UserProfile -Filter 'Special=FALSE AND Loaded=FALSE') {
        $sid = $userProfile.SID
        # People of a domain, of this computer or of Entra ID; not the accounts of services and application pools.
        if ($sid -notmatch '^S-1-(5-21|12-1)-' -or $sid -match '^S-1-5-21-\d+-\d+-\d+-500$') { continue }
        if ($workingSids.ContainsKey($sid)) { continue }
        if (-not "$($userProfile.LocalPath)".StartsWith($profileRoot, [StringComparison]::OrdinalIgnoreCase)) { continue }
        if ($workingNames.ContainsKey(((Split-Path -Path $userProfile.LocalPath -Leaf) -split '\.')[0])) { continue }
        $lastUse = Get-LastUse $sid
        if ($null -eq $lastUse -or $lastUse -gt $oldest) { continue }
        [pscustomobject]@{ LastUse = $lastUse; Account = Resolve-AccountName $sid; Path = $userProfile.LocalPath; Profile = $userProfile }
    }
)
$stale = @($stale | Sort-Object -Property LastUse)

$failures = 0
$removed = 0
foreach ($entry in $stale) {
    $line = "$($entry.LastUse.ToString('yyyy-MM-dd'))  $($entry.Path)  $($entry.Account)"
    if ($dryRun) { Write-Output "would remove  $line"; continue }
    if ($removed + $failures -ge $maximumRemovals) { Write-Output "left for later  $line"; continue }
    try {
        Remove-CimInstance -InputObject $entry.Profile
        $removed++
        Write-Output "removed  $line"
    }
    catch {
        $failures++
        Write-Output "NOT REMOVED  $line  $($_.Exception.Message)"
    }
}
Write-Output "Profiles idle for more than $idleDays days: $($stale.Count), removed: $removed, failed: $failures, dry run: $dryRun."
if ($failures -gt 0) { exit 1 }
exit 0
