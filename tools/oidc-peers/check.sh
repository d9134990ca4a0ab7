#!/bin/bash
# Has officers sign in at the real `seal-central` with accounts of an identity provider that shares no code with it: npm
# `oidc-provider`, in a process of its own beside. One line for each scenario, then a count; exit code 1 if one failed. Words
# as arguments pick scenarios.
#
# SEAL_CENTRAL names a built `seal-central`; without it, it is built here.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
peers=$target/oidc-peers

if [ -z "${SEAL_CENTRAL:-}" ]; then
    (cd "$root" && cargo build --quiet --locked -p seal-central --bins)
    SEAL_CENTRAL=$target/debug/seal-central
fi

# Fetched anew when what it shall hold has changed.
wanted=$(node --version; cat "$here/package.json" "$here/package-lock.json")
if [ "$(cat "$peers/holds" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$peers"
    mkdir -p "$peers"
    cp "$here/package.json" "$here/package-lock.json" "$peers"
    npm ci --prefix "$peers" --silent --no-audit --no-fund --ignore-scripts
    printf '%s\n' "$wanted" >"$peers/holds"
fi
cp "$here"/*.mjs "$peers"

export SEAL_CENTRAL
exec node "$peers/check.mjs" "$@"
