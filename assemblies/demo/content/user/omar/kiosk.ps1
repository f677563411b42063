# Gives the kiosk account a fresh browser profile. Exit: 0 done, 3 this is no kiosk.
$profile = Join-Path -Path $env:PUBLIC -ChildPath 'Kiosk'
if (-not (Test-Path -Path $profile)) {
    Write-Error 'This machine is no kiosk.' -ErrorAction Continue
    exit 3
}
Get-Process -Name msedge -ErrorAction SilentlyContinue | Stop-Process
Remove-Item -Path $profile -Recurse -Force
New-Item -ItemType Directory -Path $profile | Out-Null
$setup = Join-Path -Path $env:TEMP -ChildPath 'kiosk-setup.exe'
Invoke-WebRequest -Uri 'https://files.example.org/kiosk/setup.exe' -OutFile $setup
Start-Process -FilePath $setup -ArgumentList '/quiet', "/room:$env:ROOM_NAME" -Wait
