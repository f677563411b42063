# Lists the shares of this server with their permissions. Exit: 0 done.
$ErrorActionPreference = 'Stop'
Get-SmbShare -Special $false | ForEach-Object {
    Get-SmbShareAccess -Name $_.Name | Format-Table -AutoSize -Property Name, AccountName, AccessRight
}
