# Tries the bundle in dist/ on Windows: installs it twice, on consoles of both code pages, uses it, and takes it away again.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
$stick = Join-Path $env:RUNNER_TEMP 'U 盘'
$folder = Join-Path $env:RUNNER_TEMP '某局 台账程序'
Expand-Archive (Resolve-Path 'dist/*-offline-win_amd64.zip') -DestinationPath $stick
$install = (Resolve-Path "$stick/*/install.cmd").Path
foreach ($page in 936, 65001) {
  chcp $page
  & $install $folder
}
git config --global user.name 王小明
git config --global user.email wang@example.cn
$xuncha = "$folder/bin/xuncha.cmd"
& $xuncha init "$folder/台账" --example
Set-Location "$folder/台账"
& $xuncha status
foreach ($form in 'docx', 'pdf') {
  & $xuncha notice -f $form -o "$folder/通报.$form"
}
Set-Location $env:RUNNER_TEMP
& "$folder/uninstall.cmd"
if (Test-Path "$folder/venv-?") { throw 'the program is still there' }
if (-not (Test-Path "$folder/台账/data/ledger.yaml")) { throw 'the ledger is gone' }
