# Restarts a Windows service, together with the running services that depend on it, and tries again when that fails.
# A disabled service is left alone.
# Exit: 0 the service and its dependents run, 1 they do not, 2 bad input, 3 unexpected failure.
Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
trap {
    [Console]::Error.WriteLine("cannot restart: $($_.Exception.Message)")
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

$name = "$env:SERVICE_NAME".Trim()
if (-not $name) { Stop-BadInput 'SERVICE_NAME is required' }
if ($name -match '[*?\[\]/\\"]') { Stop-BadInput 'SERVICE_NAME is one exact service name, without wildcards' }
$attempts = Read-WholeNumber 'ATTEMPTS' $env:ATTEMPTS 3 1 10
$delaySeconds = Read-WholeNumber 'RETRY_DELAY_SECONDS' $env:RETRY_DELAY_SECONDS 10 0 600
$waitSeconds = Read-WholeNumber 'WAIT_SECONDS' $env:WAIT_SECONDS 60 5 600
$patience = [timespan]::FromSeconds($waitSeconds)

$service = Get-Service -Name $name -ErrorAction SilentlyContinue
if ($null -eq $service) { Stop-BadInput "no service is called '$name' on this host" }
if ($service.StartType -eq 'Disabled') {
    Write-Output "'$name' is disabled, it was not touched."
    exit 1
}

function Start-AndWait([System.ServiceProcess.ServiceController]$Controller) {
    $Controller.Refresh()
    if ($Controller.Status -eq 'Running') { return }
    if ($Controller.Status -ne 'StartPending') { $Controller.Start() }
    $Controller.WaitForStatus('Running', $patience)
}

# Windows lists dependents in the order in which they are stopped; they start the other way round.
$dependents = @($service.DependentServices | Where-Object { $_.Status -eq 'Running' })
[array]::Reverse($dependents)
foreach ($dependent in $dependents) { Write-Output "depends on it and runs: $($dependent.Name)" }

for ($attempt = 1; $attempt -le $attempts; $attempt++) {
    try {
        $service.Refresh()
        if ($service.Status -ne 'Stopped') {
            # Stop-Service alone would wait without end for a service that hangs.
            if ($service.Status -ne 'StopPending') {
                Stop-Service -Name $service.Name -Force -NoWait -WarningAction SilentlyContinue
            }
            $service.WaitForStatus('Stopped', $patience)
        }
        Start-AndWait $service
        foreach ($dependent in $dependents) { Start-AndWait $dependent }
        Write-Output "'$name' runs again after attempt $attempt of $attempts; dependents started: $($dependents.Count)."
        exit 0
    }
    catch {
        $service.Refresh()
        Write-Output "attempt $attempt of $attempts failed, '$name' is $($service.Status): $($_.Exception.Message)"
        if ($attempt -lt $attempts) { Start-Sleep -Seconds $delaySeconds }
    }
}
Write-Output "'$name' could not be restarted."
exit 1
