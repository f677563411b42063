@echo off
rem Counts the files in the temporary folder and says how much room they take. Deletes nothing.
setlocal
if not exist "%TEMP%" (
    echo There is no temporary folder. 1>&2
    exit /b 3
)
dir /s /a-d "%TEMP%" 2>nul | findstr /r /c:"File(s)"
exit /b 0
