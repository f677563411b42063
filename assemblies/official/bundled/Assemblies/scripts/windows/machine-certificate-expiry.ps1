# Lists certificates of a machine store that end soon or have ended. Changes nothing.
# Exit: 0 all valid long enough, 1 one ends soon or has ended, 2 bad input, 3 cannot be checked here.
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

$storeName = "$env:STORE_NAME"
if (-not $storeName) { $storeName = 'My' }
if (@('My', 'WebHosting', 'Remote Desktop') -notcontains $storeName) { Stop-BadInput 'STORE_NAME must be My, WebHosting or Remote Desktop' }

$warnDays = 30
if (-not [string]::IsNullOrWhiteSpace($env:WARN_DAYS)) {
    if (-not [int]::TryParse($env:WARN_DAYS, [ref]$warnDays) -or $warnDays -lt 0 -or $warnDays -gt 3650) {
        Stop-BadInput 'WARN_DAYS must be a whole number from 0 to 3650'
    }
}

$onlyWithKey = $true
if (-not [string]::IsNullOrWhiteSpace($env:ONLY_WITH_PRIVATE_KEY)) {
    if ($env:ONLY_WITH_PRIVATE_KEY -notmatch '^(true|false|1|0|yes|no)$') { Stop-BadInput 'ONLY_WITH_PRIVATE_KEY must be true or false' }
    $onlyWithKey = $env:ONLY_WITH_PRIVATE_KEY -match '^(true|1|yes)$'
}
# Certificates that an authority renews by itself, often shortly before their end, would only be noise.
$ignoredIssuers = @("$env:IGNORED_ISSUERS" -split ';' | ForEach-Object { $_.Trim() } | Where-Object { $_ })

$store = New-Object System.Security.Cryptography.X509Certificates.X509Store(
    $storeName, [System.Security.Cryptography.X509Certificates.StoreLocation]::LocalMachine)
$store.Open([System.Security.Cryptography.X509Certificates.OpenFlags]'ReadOnly, OpenExistingOnly')
try {
    $now = Get-Date
    $rows = @(
        foreach ($certificate in $store.Certificates) {
            if ($onlyWithKey -and -not $certificate.HasPrivateKey) { continue }
            $issuer = $certificate.Issuer
            if (@($ignoredIssuers | Where-Object { $issuer.IndexOf($_, [StringComparison]::OrdinalIgnoreCase) -ge 0 }).Count -gt 0) { continue }
            $days = [int][math]::Floor(($certificate.NotAfter - $now).TotalDays)
            [pscustomobject]@{
                State      = if ($days -lt 0) { 'EXPIRED' } elseif ($days -lt $warnDays) { 'EXPIRING' } else { 'ok' }
                Days       = $days
                NotAfter   = $certificate.NotAfter.ToString('yyyy-MM-dd')
                Subject    = if ($certificate.Subject) { $certificate.Subject } else { '(no subject)' }
                Thumbprint = $certificate.Thumbprint
            }
        }
    )
}
finally {
    $store.Close()
}

if ($rows.Count -gt 0) { $rows | Sort-Object -Property Days | Format-Table -AutoSize | Out-String -Width 220 | Write-Output }
$problems = @($rows | Where-Object { $_.State -ne 'ok' })
Write-Output "Certificates in LocalMachine\$($storeName): $($rows.Count), problems: $($problems.Count) (limit $warnDays days)."
if ($problems.Count -gt 0) { exit 1 }
exit 0
