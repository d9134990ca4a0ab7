#!/bin/bash
# Has Python check what the central says of its record: events and checkpoints with `cwt`, roots and proofs with `pymerkle`.
# One line for each scenario, then a count; exit code 1 if one failed. Words as arguments pick scenarios.
#
# LOG_PEER names the built example `log_peer`; without it, it is built here. PYTHON names the Python (3.11 or newer).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=$target/log-peers-venv

if [ -z "${LOG_PEER:-}" ]; then
    (cd "$root" && cargo build --quiet --locked -p seal-central --example log_peer)
    LOG_PEER=$target/debug/examples/log_peer
fi

# Made anew when what it shall hold has changed.
wanted=$("${PYTHON:-python3}" --version; cat "$here/requirements.txt")
if [ "$(cat "$venv/holds" 2>/dev/null)" != "$wanted" ]; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    printf '%s\n' "$wanted" >"$venv/holds"
fi

"$LOG_PEER" >"$target/log-peers.json"
export PYTHONDONTWRITEBYTECODE=1
exec "$venv/bin/python" "$here/check.py" "$target/log-peers.json" "$@"
