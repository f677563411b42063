# Groups the errors of the last hours by source and event number, most frequent first. Changes nothing.
# Exit: 0 not more events than allowed, 1 more, 2 bad input, 3 cannot be checked here.
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

function Read-WholeNumber([string]$Name, [string]$Text, [int]$Default, [int]$Minimum, [int]$Maximum) {
    if ([string]::IsNullOrWhiteSpace($Text)) { return $Default }
    $number = 0
    if (-not [int]::TryParse($Text, [ref]$number) -or $number -lt $Minimum -or $number -gt $Maximum) {
        Stop-BadInput "$Name must be a whole number from $Minimum to $Maximum"
    }
    return $number
}

$logText = "$env:LOG_NAMES"
if ([string]::IsNullOrWhiteSpace($logText)) { $logText = 'System,Application' }
$logNames = @($logText -split ',' | ForEach-Object { $_.Trim() } | Where-Object { $_ })
if (@($logNames | Where-Object { $_ -match '[*?]' }).Count -gt 0) { Stop-BadInput 'LOG_NAMES takes exact names, without wildcards' }

$levelsByName = @{ critical = @(1); error = @(1, 2); warning = @(1, 2, 3) }
$severity = "$env:LOWEST_SEVERITY"
if (-not $severity) { $severity = 'error' }
if (-not $levelsByName.ContainsKey($severity)) { Stop-BadInput 'LOWEST_SEVERITY must be critical, error or warning' }

$hours = Read-WholeNumber 'LOOKBACK_HOURS' $env:LOOKBACK_HOURS 24 1 720
$topCount = Read-WholeNumber 'TOP_COUNT' $env:TOP_COUNT 15 1 200
$allowed = Read-WholeNumber 'ALLOWED_EVENTS' $env:ALLOWED_EVENTS 100 0 1000000
# A log that is flooded must not fill the memory of the host as well.
$readLimit = 20000
$since = (Get-Date).AddHours(-$hours)

$events = @(
    foreach ($logName in $logNames) {
        try {
            Get-WinEvent -FilterHashtable @{ LogName = $logName; Level = $levelsByName[$severity]; StartTime = $since } -MaxEvents $readLimit
        }
        catch {
            # The text of the error is translated, its identifier is not.
            if ($_.FullyQualifiedErrorId -notlike 'NoMatchingEventsFound*') { throw "log '$logName': $($_.Exception.Message)" }
        }
    }
)

$groups = @($events | Group-Object -Property LogName, ProviderName, Id | Sort-Object -Property Count -Descending)
$rows = @(
    foreach ($group in ($groups | Select-Object -First $topCount)) {
        $newest = $group.Group | Sort-Object -Property TimeCreated -Descending | Select-Object -First 1
        $firstLine = ("$($newest.Message)" -split "`r?`n")[0]
        [pscustomobject]@{
            Count   = $group.Count
            Log     = $newest.LogName
            Source  = $newest.ProviderName
            Id      = $newest.Id
            Newest  = $newest.TimeCreated.ToString('yyyy-MM-dd HH:mm')
            Message = $firstLine.Substring(0, [math]::Min(100, $firstLine.Length))
        }
    }
)
if ($rows.Count -gt 0) { $rows | Format-Table -AutoSize | Out-String -Width 240 | Write-Output }
Write-Output "Events of severity '$severity' or above in $hours hours: $($events.Count), in $($groups.Count) groups; allowed: $allowed."
if ($events.Count -gt $allowed) { exit 1 }
exit 0
