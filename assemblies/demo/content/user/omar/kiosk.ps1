# Gives the kiosk account a fresh browser profile. Exit: 0 done, 3 this is no kiosk.
$profile = Join-Path -Path $env:PUBLIC -ChildPath 'Kiosk'
if (-not (Test-Path -Path $profile)) {
    Write-Error 'This machine is no kiosk.' -ErrorAction Continue
    exit 3
}
Get-Process -Name msedge -ErrorAction SilentlyContinue | Stop-Process
Rename-Item -Path $profile -NewName ('Kiosk-{0:yyyyMMdd}' -f (Get-Date))
New-Item -ItemType Directory -Path $profile | Out-Null
