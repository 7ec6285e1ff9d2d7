@echo off
rem Removes from the folder in which this lies what install.cmd has put there, and nothing else: ledgers and settings stay.
setlocal
for /f "tokens=2 delims=:" %%c in ('chcp') do set "PAGE=%%c"
chcp 936 >nul
set "BUSY="
for %%e in (venv-a venv-b) do call :remove %%e
if defined BUSY (
  echo 没有卸载完：请关闭正在运行的 xuncha，再运行一次。
  pause
)
if not defined BUSY if exist "%~dp0bin\xuncha.cmd" del "%~dp0bin\xuncha.cmd"
if not defined BUSY rmdir "%~dp0bin" 2>nul
chcp %PAGE:.=% >nul
if defined BUSY exit /b 1
if exist "%~dp0SHA256SUMS" exit /b 0
rem A batch file that removes itself has to leave first.
(goto) 2>nul & del "%~f0" & rmdir "%~dp0." 2>nul
exit /b 0

rem What a program still uses cannot be renamed, so that nothing is half removed.
:remove
if exist "%~dp0%1.old" rmdir /s /q "%~dp0%1.old"
if not exist "%~dp0%1\xuncha-bundle.json" exit /b 0
ren "%~dp0%1" "%1.old"
if exist "%~dp0%1" set "BUSY=1"
if not exist "%~dp0%1" rmdir /s /q "%~dp0%1.old"
exit /b 0
