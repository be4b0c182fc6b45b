#!/bin/sh
# Builds audio-ident into a folder of its own, from the lock file; the Dockerfile and a test run it.
#   sh deploy/build.sh dependencies FOLDER    what it stands on: changes seldom, so a layer of its own
#   sh deploy/build.sh program FOLDER         the program itself
set -eu
step=$1
folder=$2
tools="$folder.tools"
cd "$(dirname "$0")/.."

case $step in
dependencies)
    sh scripts/bootstrap.sh "$tools"
    "$tools/bin/python" -m venv --without-pip "$folder"
    "$tools/bin/uv" pip sync --quiet --python "$folder/bin/python" --require-hashes \
        requirements-runtime.lock
    ;;
program)
    "$tools/bin/uv" pip install --quiet --python "$folder/bin/python" --no-deps .
    rm -rf "$tools"
    "$folder/bin/audio-ident" --version
    ;;
*)
    echo "unknown step $step" >&2
    exit 2
    ;;
esac
