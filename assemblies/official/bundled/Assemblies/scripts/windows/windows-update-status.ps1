# Tells which updates Windows still wants to install and when the last one was installed. Installs nothing.
# By default only what the last scan found is looked at; SEARCH_ONLINE asks the update server, which may take minutes.
# Exit: 0 within policy, 1 updates wait or the last one is too old, 2 bad input, 3 cannot be checked here.
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

$watched = "$env:FAIL_ON_UPDATES"
if (-not $watched) { $watched = 'security' }
if (@('security', 'any', 'never') -notcontains $watched) { Stop-BadInput 'FAIL_ON_UPDATES must be security, any or never' }

$searchOnline = $false
if (-not [string]::IsNullOrWhiteSpace($env:SEARCH_ONLINE)) {
    if ($env:SEARCH_ONLINE -notmatch '^(true|false|1|0|yes|no)$') { Stop-BadInput 'SEARCH_ONLINE must be true or false' }
    $searchOnline = $env:SEARCH_ONLINE -match '^(true|1|yes)$'
}

$maximumDays = 45
if (-not [string]::IsNullOrWhiteSpace($env:MAXIMUM_DAYS_WITHOUT_UPDATE)) {
    if (-not [int]::TryParse($env:MAXIMUM_DAYS_WITHOUT_UPDATE, [ref]$maximumDays) -or $maximumDays -lt 0 -or $maximumDays -gt 3650) {
        Stop-BadInput 'MAXIMUM_DAYS_WITHOUT_UPDATE must be a whole number from 0 (not checked) to 3650'
    }
}

$service = Get-Service -Name 'wuauserv'
if ($service.StartType -eq 'Disabled') { throw 'the Windows Update service is disabled on this host' }

# Categories by their identifiers, because their names are translated: security updates and critical updates.
$securityCategories = '0fa1201d-4330-4fa8-8ae9-b877473b6441', 'e6cf1350-c01b-414d-a61f-263d14d133b4'

$session = New-Object -ComObject Microsoft.Update.Session
$session.ClientApplicationID = 'windows-update-status'
$searcher = $session.CreateUpdateSearcher()
$searcher.Online = $searchOnline
$found = $searcher.Search('IsInstalled=0 and IsHidden=0')

$waiting = @(
    foreach ($update in $found.Updates) {
        $categories = @(foreach ($category in $update.Categories) { $category.CategoryID })
        $isSecurity = [bool]$update.MsrcSeverity -or @($categories | Where-Object { $securityCategories -contains $_ }).Count -gt 0
        [pscustomobject]@{
            Security = $isSecurity
            Severity = $update.MsrcSeverity
            Title    = $update.Title
        }
    }
)

# Signatures of the virus scanner arrive daily and would hide that nothing else does.
$noise = 'KB2267602|KB4052623|KB2461484|KB890830'
$succeeded = 2
$installation = 1
$newest = $null
$historyLength = $searcher.GetTotalHistoryCount()
if ($historyLength -gt 0) {
    foreach ($entry in $searcher.QueryHistory(0, [math]::Min($historyLength, 1000))) {
        if ($entry.Operation -ne $installation -or $entry.ResultCode -ne $succeeded -or $entry.Title -match $noise) { continue }
        if ($null -eq $newest -or $entry.Date -gt $newest) { $newest = $entry.Date }
    }
}

$problems = New-Object 'System.Collections.Generic.List[string]'
$security = @($waiting | Where-Object { $_.Security })
if ($watched -eq 'any' -and $waiting.Count -gt 0) { $problems.Add("$($waiting.Count) updates wait") }
if ($watched -eq 'security' -and $security.Count -gt 0) { $problems.Add("$($security.Count) security updates wait") }
if ($maximumDays -gt 0) {
    if ($null -eq $newest) {
        $problems.Add('the history names no installed update')
    }
    elseif (((Get-Date).ToUniversalTime() - $newest).TotalDays -gt $maximumDays) {
        $problems.Add("no update was installed for more than $maximumDays days")
    }
}

if ($waiting.Count -gt 0) {
    $waiting | Sort-Object -Property @{ Expression = 'Security'; Descending = $true }, Title |
        Format-Table -AutoSize | Out-String -Width 200 | Write-Output
}
$newestText = if ($null -eq $newest) { 'unknown' } else { $newest.ToString('yyyy-MM-dd') }
Write-Output "Updates waiting: $($waiting.Count), of which security: $($security.Count). Last one installed: $newestText."
foreach ($problem in $problems) { Write-Output "PROBLEM: $problem" }
if ($problems.Count -gt 0) { exit 1 }
exit 0
