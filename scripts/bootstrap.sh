#!/bin/sh
# Makes an empty virtual environment with the locked uv in it: sh scripts/bootstrap.sh .venv
# Needs Python 3.11 to 3.13 with venv and a C compiler; installs them from Debian when it may.
set -eu

venv=$1
cd "$(dirname "$0")/.."

find_python() {
    for candidate in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
}

# CC may hold arguments, as in "ccache gcc"; its first word is the program.
has_compiler() {
    set -- ${CC:-cc}
    command -v "$1" >/dev/null 2>&1
}

missing_packages() {
    python=$(find_python)
    [ -n "$python" ] || echo python3
    [ -n "$python" ] && "$python" -c 'import ensurepip, venv' 2>/dev/null || echo python3-venv
    has_compiler || echo gcc libc6-dev
}

install_packages() {
    echo "Installing from Debian: $*" >&2
    export DEBIAN_FRONTEND=noninteractive
    apt-get -qq -o DPkg::Lock::Timeout=500 update
    apt-get -qq -y -o DPkg::Lock::Timeout=500 install --no-install-recommends "$@" >/dev/null
}

packages=$(missing_packages | tr '\n' ' ')
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086 -- several words are meant
    install_packages $packages
    packages=$(missing_packages | tr '\n' ' ')
fi
if [ -n "$packages" ]; then
    echo "The set-up needs Python 3.11 to 3.13 with venv, and a C compiler." >&2
    echo "Missing here; on Debian or Ubuntu install with: sudo apt-get install $packages" >&2
    exit 1
fi

# --clear wipes what an interrupted set-up left.
"$(find_python)" -m venv --clear "$venv"

# uv comes from the same lock file, by hash, like everything else.
wanted=$(mktemp)
trap 'rm -f "$wanted"' EXIT
sed -n '/^uv==/,/[^\\]$/p' requirements.lock >"$wanted"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
    --require-hashes --requirement "$wanted"
