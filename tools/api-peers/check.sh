#!/bin/bash
# Asks a practice central everything that its own OpenAPI document allows, and much that it does not, with schemathesis: no
# answer may be a server error, have a status that the document does not name, or a body that it does not describe. Exit code 1
# if one does. EXAMPLES (40) for each operation; further arguments go to schemathesis.
#
# SEAL_CENTRAL names a built `seal-central`; without it, it is built here. PYTHON names the Python (3.11 or newer).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
venv=$target/api-peers-venv

if [ -z "${SEAL_CENTRAL:-}" ]; then
    (cd "$root" && cargo build --quiet --locked -p seal-central --bins)
    SEAL_CENTRAL=$target/debug/seal-central
fi

# Made anew when what it shall hold has changed.
wanted=$("${PYTHON:-python3}" --version; cat "$here/requirements.txt")
if [ "$(cat "$venv/holds" 2>/dev/null)" != "$wanted" ]; then
    "${PYTHON:-python3}" -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$here/requirements.txt"
    printf '%s\n' "$wanted" >"$venv/holds"
fi

folder=$(mktemp -d)
RUST_LOG=error "$SEAL_CENTRAL" --listen 127.0.0.1:0 --data "$folder/data" --practice \
    --rate-address none --rate-device none --rate-account none >"$folder/out" 2>"$folder/log" &
central=$!
trap 'kill "$central" 2>/dev/null || true; wait "$central" 2>/dev/null || true; rm -rf "$folder"' EXIT
for _ in $(seq 300); do
    grep -q listening "$folder/out" && break
    sleep 0.1
done
address=$(sed -n 's/^listening on //p' "$folder/out")

status=0
export PYTHONPATH=$here SCHEMATHESIS_HOOKS=hooks PYTHONDONTWRITEBYTECODE=1
cd "$folder"   # where schemathesis keeps what it remembers
# Who may push and ask for tickets, and who may report what monitoring platforms see.
for account in an.nv:246810: giam.sat:271828:/v1/tracking; do
    IFS=: read -r officer secret only <<<"$account"
    token=$("$venv/bin/python" "$here/sign_in.py" "$address" "$officer" "$secret")
    cat >schemathesis.toml <<TOML
[parameters]
"path.device" = "00000000-0000-0000-0000-000000000001"
TOML
    only=(${only:+--include-path "$only"})
    echo "api-peers: as $officer ${only[*]}"
    "$venv/bin/schemathesis" --config-file schemathesis.toml run "$address/openapi.json" "${only[@]}" \
        --header "Authorization: Bearer $token" --max-examples "${EXAMPLES:-40}" --seed 1 --continue-on-failure \
        --phases examples,coverage,fuzzing --suppress-health-check all --warnings off --no-color \
        --checks not_a_server_error,response_schema_conformance,status_code_conformance,content_type_conformance "$@" || status=1
done
# What the central could not do, it said itself.
cat "$folder/log"
exit "$status"
