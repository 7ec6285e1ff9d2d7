#!/bin/sh
# Installs xuncha into a folder: sh install.sh [FOLDER]; without one, ~/xuncha. Needs no network and no root; again, it updates.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) || exit 1
folder=${1:-${HOME:?}/xuncha}

# Prints Chinese in the encoding of the terminal.
say() {
  charset=$(locale charmap 2>/dev/null)
  case $charset in
    GB*) printf '%s\n' "$*" | iconv -f UTF-8 -t "$charset" 2>/dev/null && return ;;
  esac
  printf '%s\n' "$*"
}

if [ ! -f "$here/install.py" ] || [ ! -f "$here/bundle.json" ]; then
  say '没有装好：安装包不完整。请把整个压缩包解压到一个文件夹，再运行其中的 install.sh。' >&2
  exit 1
fi

there=
for python in "$folder/python/bin/python3" python3.14 python3.13 python3.12 python3.11 python3 python; do
  command -v "$python" >/dev/null 2>&1 || continue
  if "$python" -I "$here/install.py" --fits >/dev/null 2>&1; then
    exec "$python" -I "$here/install.py" "$folder"
  fi
  version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
  there="$there $python（$version）"
done

{
  say '没有装好：缺少可用的 Python，需要 3.11 至 3.14 中的任一版本（64 位）。'
  if [ -n "$there" ]; then say "本机只有：$there"; fi
  say '办法一：请管理员安装系统软件包 python3.11 或更高版本（Debian 12、Ubuntu 24.04 等系统自带）。没有网络时，在系统相同的联网机器上下载软件包，用 U 盘带来。'
  say "办法二：不需要管理员。在联网机器上下载免安装的 Python（python-build-standalone 项目的 cpython-3.13…-$(uname -m)-unknown-linux-gnu-install_only.tar.gz），用 U 盘带来，解压到 $folder，得到其中的 python 文件夹，再运行一次本程序。"
  if ! command -v git >/dev/null 2>&1; then
    say '还缺 git（2.38 或更高版本）：请管理员一并安装。'
  fi
} >&2
exit 1
