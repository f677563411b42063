# Lists the runtimes of .NET, and the release number of .NET Framework. Exit: 0 done.
$framework = 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full'
if (Test-Path -Path $framework) {
    '.NET Framework release {0}' -f (Get-ItemProperty -Path $framework).Release
}
if (Get-Command -Name dotnet -ErrorAction SilentlyContinue) {
    dotnet --list-runtimes
}
