#!/bin/bash
# Takes two seals through pair, arm, drop, read, disarm and log with the app's own radio, in a virtual machine with the real BlueZ:
# the first a BlueZ body with the Rust seal, the second a bumble body with the Python seal. Called by `./run radio`.
#
#   lab.sh [bluez|bumble]...        both unless said
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
lab=$target/radio-lab share=$target/radio-lab/share
[ $# -gt 0 ] || set -- bluez bumble

say() { echo "radio: $* ($SECONDS s)"; }

(cd "$root" && cargo build --quiet --locked --features practice --bin sealctl --example radio-journey &&
    cargo build --quiet --locked -p seal-simulator --features bluez --bin seal-peripheral &&
    cargo build --quiet --locked -p seal-protocol --features issuer --example seal-peer)
say "programs built"
IMAGE=$(CACHE=$lab "$here/image.sh" 2>"$lab.log" | tail -1) || { cat "$lab.log" >&2; exit 1; }
export IMAGE
say "machine built"

mkdir -p "$share"
strip -o "$share/radio-journey" "$target/debug/examples/radio-journey"
strip -o "$share/sealctl" "$target/debug/sealctl"
strip -o "$share/seal-peer" "$target/debug/examples/seal-peer"
strip -o "$share/seal-peripheral" "$target/debug/seal-peripheral"
cp "$here"/guest-{bluez,bumble,journey} "$here/bumble_seal.py" "$root"/tools/seal-peers/{eseal,seal}.py "$share/"
# For the guest's Python, which is this machine's; made anew when what it shall hold has changed.
wanted=$(python3 --version; cat "$here/requirements.txt" "$root/tools/seal-peers/requirements.txt")
if [ "$(cat "$share/py/holds" 2>/dev/null)" != "$wanted" ]; then
    rm -rf "$share/py"
    python3 -m venv "$lab/venv"
    "$lab/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --target "$share/py" \
        --requirement "$here/requirements.txt" --requirement "$root/tools/seal-peers/requirements.txt"
    printf '%s\n' "$wanted" >"$share/py/holds"
fi

failed=0
for body; do
    case $body in
        bluez) controllers=2 ;;
        bumble) controllers=0 ;;    # bumble makes them
        *) echo "no such body: $body (bluez, bumble)" >&2; exit 2 ;;
    esac
    say "$body"
    # The machine's emulation is slow and its virtual air is rough: logs stay for a look when it fails.
    "$here/vm.sh" -s "$share" -o "$lab/out-$body" -n "$controllers" -t 600 sh "./guest-$body" || failed=1
done
[ $failed = 0 ] && say "all seals came through" || say "FAILED; logs in $lab/out-*"
exit $failed
