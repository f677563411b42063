@echo off
rem The display program is watched and starts again by itself.
taskkill /im roomdisplay.exe /f
exit /b 0
