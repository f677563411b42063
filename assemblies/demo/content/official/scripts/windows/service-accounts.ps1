# Lists services that run as something else than the built-in accounts. Exit: 0 done.
$ErrorActionPreference = 'Stop'
$builtIn = 'LocalSystem', 'NT AUTHORITY\LocalService', 'NT AUTHORITY\NetworkService'

Get-CimInstance -ClassName Win32_Service |
    Where-Object { $_.StartName -and $_.StartName -notin $builtIn } |
    Sort-Object -Property StartName, Name |
    Format-Table -AutoSize -Property StartName, Name, State, StartMode
