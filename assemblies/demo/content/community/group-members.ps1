# Lists the members of a local group. Exit: 0 done, 2 there is no such group.
$group = if ($env:GROUP_NAME) { $env:GROUP_NAME } else { 'Administrators' }
if (-not (Get-LocalGroup -Name $group -ErrorAction SilentlyContinue)) {
    Write-Error "There is no group $group here." -ErrorAction Continue
    exit 2
}
Get-LocalGroupMember -Group $group | Format-Table -AutoSize -Property Name, ObjectClass, PrincipalSource
