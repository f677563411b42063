# Reports the free space of every fixed drive and says which ones are short of it. Changes nothing.
# Exit: 0 enough space everywhere, 1 at least one drive is short, 2 bad input, 3 cannot be checked here.
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

$minimumPercent = Read-WholeNumber 'MINIMUM_FREE_PERCENT' $env:MINIMUM_FREE_PERCENT 10 0 99
$minimumGigabytes = Read-WholeNumber 'MINIMUM_FREE_GIGABYTES' $env:MINIMUM_FREE_GIGABYTES 5 0 100000
$excluded = @("$env:EXCLUDED_DRIVES".ToUpperInvariant() -split '[,; ]+' | Where-Object { $_ })
foreach ($letter in $excluded) {
    if ($letter -notmatch '^[A-Z]:?$') { Stop-BadInput "EXCLUDED_DRIVES: '$letter' is not a drive letter" }
}
$excluded = @($excluded | ForEach-Object { $_.Substring(0, 1) + ':' })

$fixedDisk = 3
$rows = @(
    foreach ($drive in Get-CimInstance -ClassName Win32_LogicalDisk -Filter "DriveType=$fixedDisk") {
        if ($excluded -contains $drive.DeviceID) { continue }
        if (-not $drive.Size) {
            # A locked BitLocker volume or an unformatted one tells no size.
            [pscustomobject]@{
                State = 'unreadable'; Drive = $drive.DeviceID; Label = $drive.VolumeName
                FreeGB = $null; SizeGB = $null; FreePercent = $null
            }
            continue
        }
        $percent = 100 * $drive.FreeSpace / $drive.Size
        $isShort = $percent -lt $minimumPercent -or ($drive.FreeSpace / 1GB) -lt $minimumGigabytes
        [pscustomobject]@{
            State       = if ($isShort) { 'SHORT' } else { 'ok' }
            Drive       = $drive.DeviceID
            Label       = $drive.VolumeName
            FreeGB      = [math]::Round($drive.FreeSpace / 1GB, 1)
            SizeGB      = [math]::Round($drive.Size / 1GB, 1)
            FreePercent = [math]::Round($percent, 1)
        }
    }
)
if ($rows.Count -eq 0) { throw 'no fixed drive was found' }

$rows | Sort-Object -Property Drive | Format-Table -AutoSize | Out-String -Width 160 | Write-Output
$short = @($rows | Where-Object { $_.State -eq 'SHORT' })
Write-Output "Drives: $($rows.Count), short of space: $($short.Count) (below $minimumPercent % or $minimumGigabytes GB)."
if ($short.Count -gt 0) { exit 1 }
exit 0
