#!/bin/bash
# Tries a Python seal and a Python phone, written from docs/seal-protocol.md alone, against the Rust ones. One line for each
# scenario, then a count; exit code 1 if one failed. Words as arguments pick scenarios: check.sh "Rust seal" approval
#
# SEAL_PEER names a built `seal-peer`; without it, it is built here. PYTHON names the Python (3.11 or newer).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=$target/seal-peers-venv

if [ -z "${SEAL_PEER:-}" ]; then
    (cd "$root" && cargo build --quiet --locked -p seal-protocol --features issuer --example seal-peer)
    export SEAL_PEER=$target/debug/examples/seal-peer
fi

# Made anew when what it shall hold has changed.
wanted=$("${PYTHON:-python3}" --version; cat "$here/requirements.txt")
if [ "$(cat "$venv/holds" 2>/dev/null)" != "$wanted" ]; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    printf '%s\n' "$wanted" >"$venv/holds"
fi

export PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/check.py" "$@"
