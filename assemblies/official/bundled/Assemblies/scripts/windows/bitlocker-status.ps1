# Tells whether the fixed volumes are encrypted, protected and recoverable. Never prints a recovery password.
# Exit: 0 all as wanted, 1 a volume is not, 2 bad input, 3 cannot be checked here.
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

$scope = "$env:VOLUME_SCOPE"
if (-not $scope) { $scope = 'operating-system' }
if (@('operating-system', 'all-fixed') -notcontains $scope) { Stop-BadInput 'VOLUME_SCOPE must be operating-system or all-fixed' }

$requireRecovery = $true
if (-not [string]::IsNullOrWhiteSpace($env:REQUIRE_RECOVERY_PASSWORD)) {
    if ($env:REQUIRE_RECOVERY_PASSWORD -notmatch '^(true|false|1|0|yes|no)$') {
        Stop-BadInput 'REQUIRE_RECOVERY_PASSWORD must be true or false'
    }
    $requireRecovery = $env:REQUIRE_RECOVERY_PASSWORD -match '^(true|1|yes)$'
}

if ($null -eq (Get-Command -Name Get-BitLockerVolume -ErrorAction SilentlyContinue)) {
    throw 'the BitLocker feature is not part of this installation'
}
$fixedDisk = 3
$fixedDrives = @(Get-CimInstance -ClassName Win32_LogicalDisk -Filter "DriveType=$fixedDisk" | ForEach-Object { $_.DeviceID })

$rows = @(
    foreach ($volume in Get-BitLockerVolume) {
        $isSystem = $volume.VolumeType -eq 'OperatingSystem'
        if (-not $isSystem -and ($scope -eq 'operating-system' -or $fixedDrives -notcontains $volume.MountPoint)) { continue }
        $faults = @(
            if ($volume.VolumeStatus -ne 'FullyEncrypted') { "volume is $($volume.VolumeStatus)" }
            if ($volume.ProtectionStatus -ne 'On') { "protection is $($volume.ProtectionStatus)" }
            $kinds = @($volume.KeyProtector | Where-Object { $_ } | ForEach-Object { "$($_.KeyProtectorType)" })
            if ($requireRecovery -and $kinds -notcontains 'RecoveryPassword') { 'no recovery password exists' }
        )
        [pscustomobject]@{
            State   = if ($faults.Count -gt 0) { 'PROBLEM' } else { 'ok' }
            Volume  = $volume.MountPoint
            Percent = $volume.EncryptionPercentage
            Method  = $volume.EncryptionMethod
            Keys    = $kinds -join ', '
            Faults  = $faults -join '; '
        }
    }
)
if ($rows.Count -eq 0) { throw 'BitLocker reports no volume of the wanted kind' }

$rows | Sort-Object -Property Volume | Format-Table -AutoSize -Wrap | Out-String -Width 180 | Write-Output
$problems = @($rows | Where-Object { $_.State -eq 'PROBLEM' })
Write-Output "Volumes: $($rows.Count), with problems: $($problems.Count)."
if ($problems.Count -gt 0) { exit 1 }
exit 0
