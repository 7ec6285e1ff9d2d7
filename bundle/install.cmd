@echo off
rem Installs xuncha into a folder: install.cmd [FOLDER]; without one, %USERPROFILE%\xuncha. Needs no network and no administrator.
rem The bundle has this file in GBK with CRLF. Until the code page is that of GBK, nothing here is Chinese; the old page comes back.
setlocal
for /f "tokens=2 delims=:" %%c in ('chcp') do set "PAGE=%%c"
chcp 936 >nul

rem Neither the launcher py nor the Store's python.exe may fetch or open anything: with arguments, the latter only fails.
set "PYTHON_MANAGER_AUTOMATIC_INSTALL=false"
set "PY="
for %%v in (3.14 3.13 3.12 3.11) do call :try py -%%v
call :try python
call :try python3
if not defined PY goto missing
%PY% -I "%~dp0install.py" %*
set "CODE=%ERRORLEVEL%"
goto end

:missing
set "CODE=1"
if not exist "%~dp0install.py" (
  echo 没有装好：安装包不完整。请先把整个压缩包解压到一个文件夹，再运行其中的 install.cmd。
  goto end
)
echo 没有装好：缺少可用的 Python，需要 3.11 至 3.14 中的任一版本（64 位）。
echo 请在联网的机器上从 Python 官方网站下载 64 位安装程序（python-3.13…-amd64.exe），用 U 盘带来，双击安装；
echo 选“仅为当前用户安装”则不需要管理员权限。装好后再运行一次 install.cmd。
where git >nul 2>nul || echo 还缺 git：请一并带来 Git for Windows 的 64 位安装程序（Git-…-64-bit.exe），双击安装。

:end
if "%~1"=="" pause
chcp %PAGE:.=% >nul
exit /b %CODE%

:try
if defined PY exit /b 0
%* -I "%~dp0install.py" --fits >nul 2>nul
if not "%ERRORLEVEL%"=="0" exit /b 0
set "PY=%*"
exit /b 0
