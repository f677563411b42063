# Lists scheduled tasks outside of \Microsoft\, with the result of their last run. Exit: 0 done.
$ErrorActionPreference = 'Stop'
Get-ScheduledTask |
    Where-Object { $_.TaskPath -notlike '\Microsoft\*' } |
    ForEach-Object {
        $run = $_ | Get-ScheduledTaskInfo
        [pscustomobject]@{ Task = $_.TaskPath + $_.TaskName; State = $_.State; Last = $run.LastRunTime; Result = $run.LastTaskResult }
    } |
    Format-Table -AutoSize
