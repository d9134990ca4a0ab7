#!/bin/bash
# Photographs travel by tus 1.0: the app against npm `@tus/server` and PyPI `tuspyserver`, npm `tus-js-client` against our
# central. One line for each scenario; exit code 1 if one failed.
#
# SEAL_CENTRAL and TUS_PEER name the built programs; without them they are built here. PYTHON names the Python.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
work=$target/tus-peers

if [ -z "${SEAL_CENTRAL:-}" ]; then
    (cd "$root" && cargo build --quiet --locked -p seal-central --bins)
    SEAL_CENTRAL=$target/debug/seal-central
fi
if [ -z "${TUS_PEER:-}" ]; then
    (cd "$root" && cargo build --quiet --locked --example tus_peer)
    TUS_PEER=$target/debug/examples/tus_peer
fi

# Made anew when what they shall hold has changed.
mkdir -p "$work"
wanted=$("${PYTHON:-python3}" --version; node --version; cat "$here/requirements.txt" "$here/package.json")
if [ "$(cat "$work/holds" 2>/dev/null)" != "$wanted" ]; then
    "${PYTHON:-python3}" -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    cp "$here/package.json" "$work/"
    npm install --prefix "$work" --silent --no-audit --no-fund --no-package-lock
    printf '%s\n' "$wanted" >"$work/holds"
fi
# Node looks for modules beside the script.
cp "$here"/*.mjs "$work/"

folder=$(mktemp -d)
running=
stop() { [ -z "$running" ] || { kill "$running" 2>/dev/null || true; wait "$running" 2>/dev/null || true; running=; }; }
trap 'stop; rm -rf "$folder"' EXIT
# Starts a server; its address is in $address afterwards.
start() {
    stop
    "$@" >"$folder/out" 2>"$folder/log" &
    running=$!
    for _ in $(seq 300); do
        grep -q listening "$folder/out" && break
        kill -0 "$running" 2>/dev/null || { cat "$folder/log"; exit 1; }
        sleep 0.1
    done
    address=$(sed -n 's/^listening on //p' "$folder/out")
}

failed=0
scenario() {
    echo "tus-peers: $1"
    shift
    "$@" || { failed=1; echo "FAILED"; tail -20 "$folder/log"; }
}
mkdir "$folder/npm" "$folder/pypi"
start node "$work/server.mjs" "$folder/npm"
scenario "the app against @tus/server" "$TUS_PEER" "$address"
start "$work/venv/bin/python" -B "$here/server.py" "$folder/pypi"
scenario "the app against tuspyserver" "$TUS_PEER" "$address"
start env RUST_LOG=error "$SEAL_CENTRAL" --listen 127.0.0.1:0 --data "$folder/data" --practice
scenario "tus-js-client against our central" node "$work/client.mjs" "$address"
[ "$failed" = 0 ] && echo "tus-peers: all passed"
exit "$failed"
