@echo off
rem Shows what lies in the backup folder, the newest first.
dir /o-d "\\backup\nightly"
