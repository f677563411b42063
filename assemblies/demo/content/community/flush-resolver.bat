@echo off
rem Empties the cache of resolved names.
ipconfig /flushdns || exit /b 1
ipconfig /displaydns | findstr /c:"Record Name"
exit /b 0
