#!/bin/sh
# What the tests use of the machine beside Python: Node 20 or newer with npm, Chromium, PostgreSQL, curl, a C++ compiler. On Debian and Ubuntu, root gets what is missing.
set -eu

missing=""
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing="$missing chromium"
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v curl >/dev/null || missing="$missing curl"
command -v c++ >/dev/null || missing="$missing g++"

if [ -n "$missing" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing$missing"
    apt-get update -qq
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
    missing=""
fi
if [ -n "$missing" ]; then
    echo "the tests need$missing; install them (CHROMIUM=/path/to/chromium names a browser elsewhere)" >&2
    exit 1
fi
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || { echo "the tests need Node 20 or newer, found $(node --version)" >&2; exit 1; }
