#!/bin/bash
# The central's photographs in S3-compatible stores that are not ours: PyPI `moto` (its server) and npm `s3rver`. Over each
# the tests of photographs that also run on the folder, then the program itself, with what lies in the bucket read by boto3.
# One line for each scenario, then a count; exit code 1 if one failed. Words as arguments pick scenarios, and leave the tests out.
#
# SEAL_CENTRAL names a built `seal-central`; without it, it is built here. PYTHON names the Python (3.11 or newer).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/s3-peers

if [ -z "${SEAL_CENTRAL:-}" ]; then
    (cd "$root" && cargo build --quiet --locked -p seal-central --bins)
    SEAL_CENTRAL=$target/debug/seal-central
fi

# Fetched anew when what it shall hold has changed.
wanted=$("${PYTHON:-python3}" --version; node --version; cat "$here/requirements.txt" "$here/package.json" "$here/package-lock.json")
if [ "$(cat "$work/holds" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$work"
    mkdir -p "$work"
    "${PYTHON:-python3}" -m venv "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/package.json" "$here/package-lock.json" "$work"
    npm ci --prefix "$work" --silent --no-audit --no-fund --ignore-scripts
    printf '%s\n' "$wanted" >"$work/holds"
fi

export SEAL_CENTRAL PYTHONDONTWRITEBYTECODE=1
cd "$root"
exec "$work/venv/bin/python" "$here/check.py" "$work" "$@"
