# Lists the printers of this machine with driver and port.
# Exit: 0 done, 3 the print service does not run.
$ErrorActionPreference = 'Stop'

if ((Get-Service -Name Spooler).Status -ne 'Running') {
    Write-Error 'The print service does not run.' -ErrorAction Continue
    exit 3
}
Get-Printer |
    Sort-Object -Property Name |
    Format-Table -AutoSize -Property Name, DriverName, PortName, Shared
