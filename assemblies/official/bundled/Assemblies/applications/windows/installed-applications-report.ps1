# Lists installed applications from the registry, and can judge whether a certain one is there. Changes nothing.
# Win32_Product is avoided on purpose: asking it makes Windows repair every package it knows.
# Exit: 0 as wanted, 1 the application is missing or present against the wish, 2 bad input, 3 cannot be checked here.
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

$pattern = "$env:NAME_PATTERN"
if (-not $pattern) { $pattern = '*' }
if (-not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($pattern)) { $pattern = "*$pattern*" }
$format = "$env:OUTPUT_FORMAT"
if (-not $format) { $format = 'table' }
if (@('table', 'json', 'csv') -notcontains $format) { Stop-BadInput 'OUTPUT_FORMAT must be table, json or csv' }
$failWhen = "$env:FAIL_WHEN"
if (-not $failWhen) { $failWhen = 'never' }
if (@('never', 'missing', 'present') -notcontains $failWhen) { Stop-BadInput 'FAIL_WHEN must be never, missing or present' }
if ($failWhen -ne 'never' -and $pattern -eq '*') { Stop-BadInput 'FAIL_WHEN needs a NAME_PATTERN' }

function Get-UninstallEntry([Microsoft.Win32.RegistryKey]$Base, [string]$Path, [string]$Scope) {
    $parent = $Base.OpenSubKey($Path)
    if ($null -eq $parent) { return }
    try {
        foreach ($name in $parent.GetSubKeyNames()) {
            $key = $parent.OpenSubKey($name)
            if ($null -eq $key) { continue }
            try {
                $displayName = "$($key.GetValue('DisplayName'))".Trim()
                # Updates and parts of other products have entries of their own, Windows itself does not show them either.
                if (-not $displayName -or $key.GetValue('SystemComponent') -eq 1 -or $key.GetValue('ParentKeyName')) { continue }
                [pscustomobject]@{
                    Name        = $displayName
                    Version     = "$($key.GetValue('DisplayVersion'))"
                    Publisher   = "$($key.GetValue('Publisher'))"
                    InstalledOn = "$($key.GetValue('InstallDate'))"
                    Scope       = $Scope
                }
            }
            finally {
                $key.Dispose()
            }
        }
    }
    finally {
        $parent.Dispose()
    }
}

$uninstall = 'SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall'
$entries = @(
    $machine = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry64')
    Get-UninstallEntry $machine $uninstall 'machine'
    if ([Environment]::Is64BitOperatingSystem) {
        $machine32 = [Microsoft.Win32.RegistryKey]::OpenBaseKey('LocalMachine', 'Registry32')
        Get-UninstallEntry $machine32 $uninstall 'machine (32 bit)'
    }
    # Only the hives of people who are signed in are loaded; others cannot be seen from here.
    $users = [Microsoft.Win32.RegistryKey]::OpenBaseKey('Users', 'Registry64')
    foreach ($sid in $users.GetSubKeyNames()) {
        if ($sid -match '^S-1-(5-21|12-1)-[0-9-]+$') { Get-UninstallEntry $users "$sid\$uninstall" "user $sid" }
    }
)
$matching = @($entries | Where-Object { $_.Name -like $pattern } | Sort-Object -Property Name, Version, Scope -Unique)

if ($format -eq 'json') {
    ConvertTo-Json -InputObject $matching -Depth 3 | Write-Output
}
elseif ($format -eq 'csv') {
    $matching | ConvertTo-Csv -NoTypeInformation | Write-Output
}
else {
    if ($matching.Count -gt 0) { $matching | Format-Table -AutoSize | Out-String -Width 220 | Write-Output }
    Write-Output "Applications that match '$pattern': $($matching.Count) of $($entries.Count)."
}
if ($failWhen -eq 'missing' -and $matching.Count -eq 0) { exit 1 }
if ($failWhen -eq 'present' -and $matching.Count -gt 0) { exit 1 }
exit 0
