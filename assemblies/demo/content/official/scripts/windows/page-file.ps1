# Shows size and peak use of each page file beside the machine's memory. Exit: 0 done, 1 a peak above LIMIT_PERCENT.
$ErrorActionPreference = 'Stop'
$limit = if ($env:LIMIT_PERCENT) { [int]$env:LIMIT_PERCENT } else { 80 }

$memory = (Get-CimInstance -ClassName Win32_ComputerSystem).TotalPhysicalMemory / 1MB
'Memory: {0:N0} MB' -f $memory
$over = $false
foreach ($file in Get-CimInstance -ClassName Win32_PageFileUsage) {
    $peak = 100 * $file.PeakUsage / [Math]::Max(1, $file.AllocatedBaseSize)
    '{0}: {1:N0} MB, peak {2:N0} %' -f $file.Name, $file.AllocatedBaseSize, $peak
    $over = $over -or ($peak -gt $limit)
}
exit [int]$over
