@echo off
rem Empties the DNS cache and, when asked to, renews DHCP leases and registers the names of this host.
rem Leases are renewed without being released first, so the host keeps its address when no server answers.
rem Exit: 0 done, 1 a step failed, 2 bad input, 3 not enough rights.
rem Values are read as !NAME!, after parsing: percent signs and quotes in them cannot become commands.
setlocal EnableExtensions EnableDelayedExpansion

set "renew=!RENEW_LEASES!"
set "register=!REGISTER_NAMES!"
if not defined renew set "renew=false"
if not defined register set "register=false"
call :require_truth renew RENEW_LEASES || exit /b 2
call :require_truth register REGISTER_NAMES || exit /b 2

fltmc >nul 2>&1
if errorlevel 1 (
    echo cannot run: administrator rights are needed 1>&2
    exit /b 3
)

set "failures=0"
call :run "flush the DNS cache" ipconfig /flushdns
if "!renew!"=="true" call :renew_leases
if "!register!"=="true" call :run "register names in DNS" ipconfig /registerdns
echo Steps that failed: !failures!.
if not "!failures!"=="0" exit /b 1
exit /b 0

:renew_leases
rem An adapter without a cable makes ipconfig fail although all others were renewed, so this is only a note.
ipconfig /renew >nul 2>&1
if errorlevel 1 (
    echo note: renew DHCP leases: at least one adapter could not be renewed, it may be disconnected
) else (
    echo done: renew DHCP leases
)
exit /b 0

:run
set "step=%~1"
%2 %3 >nul 2>&1
if errorlevel 1 (
    set /a failures+=1
    echo FAILED: !step!
) else (
    echo done: !step!
)
exit /b 0

:require_truth
for %%V in (true yes 1) do if /i "!%1!"=="%%V" set "%1=true" & exit /b 0
for %%V in (false no 0) do if /i "!%1!"=="%%V" set "%1=false" & exit /b 0
echo bad input: %2 must be true or false 1>&2
exit /b 2
