@echo off
rem Restarts the print spooler and, only when asked to, throws away the jobs that wait in its queue.
rem A disabled spooler stays disabled: on servers that is a protection, not a fault.
rem Exit: 0 the spooler runs again, 1 it does not or jobs are left, 2 bad input, 3 not enough rights or disabled.
rem Values are read as !NAME!, after parsing: percent signs and quotes in them cannot become commands.
setlocal EnableExtensions EnableDelayedExpansion

set "clear_queue=!CLEAR_QUEUE!"
if not defined clear_queue set "clear_queue=false"
set "wish="
for %%V in (true yes 1) do if /i "!clear_queue!"=="%%V" set "wish=clear"
for %%V in (false no 0) do if /i "!clear_queue!"=="%%V" set "wish=keep"
if not defined wish (
    echo bad input: CLEAR_QUEUE must be true or false 1>&2
    exit /b 2
)
set "attempts="
if not defined START_ATTEMPTS set "attempts=3"
for %%N in (1 2 3 4 5 6 7 8 9) do if "!START_ATTEMPTS!"=="%%N" set "attempts=%%N"
if not defined attempts (
    echo bad input: START_ATTEMPTS must be a whole number from 1 to 9 1>&2
    exit /b 2
)

fltmc >nul 2>&1
if errorlevel 1 (
    echo cannot run: administrator rights are needed 1>&2
    exit /b 3
)
sc qc spooler | find "DISABLED" >nul
if not errorlevel 1 (
    echo cannot run: the spooler is disabled on this host, it was not touched 1>&2
    exit /b 3
)

rem Stopping the spooler also stops what depends on it, such as the fax service; remember what has to run again.
set "dependents="
for /f "tokens=2" %%D in ('sc enumdepend spooler ^| find "SERVICE_NAME"') do (
    sc query "%%D" | find "RUNNING" >nul
    if not errorlevel 1 set "dependents=!dependents! %%D"
)
net stop spooler /y >nul 2>&1
call :wait_for STOPPED
if errorlevel 1 (
    echo FAILED: the spooler did not stop
    exit /b 1
)

set "left=0"
if "!wish!"=="clear" call :clear_jobs

for /l %%A in (1,1,!attempts!) do (
    net start spooler >nul 2>&1
    call :wait_for RUNNING
    if not errorlevel 1 (
        for %%D in (!dependents!) do net start "%%D" >nul 2>&1
        echo The spooler runs again after attempt %%A; job files left behind: !left!.
        if not "!left!"=="0" exit /b 1
        exit /b 0
    )
    echo attempt %%A of !attempts! failed
)
echo FAILED: the spooler did not start
exit /b 1

:clear_jobs
rem A 32-bit command processor reaches the real system directory by another name.
set "queue=%SystemRoot%\System32\spool\PRINTERS"
if exist "%SystemRoot%\Sysnative\spool\PRINTERS" set "queue=%SystemRoot%\Sysnative\spool\PRINTERS"
set "before=0"
for %%F in ("!queue!\*.spl" "!queue!\*.shd") do set /a before+=1
del /q /f "!queue!\*.spl" "!queue!\*.shd" >nul 2>&1
for %%F in ("!queue!\*.spl" "!queue!\*.shd") do set /a left+=1
echo Job files found: !before!, left: !left!.
exit /b 0

:wait_for
rem ping is the pause: timeout refuses to work without a console.
for /l %%S in (1,1,20) do (
    sc query spooler | find "%1" >nul
    if not errorlevel 1 exit /b 0
    ping -n 2 127.0.0.1 >nul
)
exit /b 1
