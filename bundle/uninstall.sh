#!/bin/sh
# Removes from the folder in which this lies what install.sh has put there, and nothing else: ledgers and settings stay.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
for name in venv-a venv-b; do
  if [ -f "$here/$name/xuncha-bundle.json" ]; then rm -rf -- "${here:?}/$name"; fi
  rm -rf -- "${here:?}/$name.old"
done
if grep -q '^# venv-[ab]$' "$here/bin/xuncha" 2>/dev/null; then rm -f -- "$here/bin/xuncha"; fi
rmdir -- "$here/bin" 2>/dev/null || :
if [ ! -f "$here/SHA256SUMS" ]; then rm -f -- "$here/uninstall.sh"; fi # the bundle keeps its own
rmdir -- "$here" 2>/dev/null || :
