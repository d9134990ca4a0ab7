#!/bin/bash
# Makes the sets, reads them with every reader and prints the tables: `./run bench scan`, see README.md beside.
set -euo pipefail
cd "$(dirname "$0")/../.."

zxing='' mine='' seed=11 per_cell=10 reps=2 out=target/scan-bench
while [ $# -gt 0 ]; do
    case $1 in
        --zxing) zxing=$2 ;;
        --mine) mine=$2 ;;
        --seed) seed=$2 ;;
        --per-cell) per_cell=$2 ;;
        --reps) reps=$2 ;;
        --out) out=$2 ;;
        *) echo "bench scan: no such option: $1" >&2; exit 2 ;;
    esac
    shift 2
done
mkdir -p "$out"
here=tools/scan-bench

python=$out/venv/bin/python
if [ ! -x "$python" ]; then
    python3 -m venv "$out/venv"
    "$python" -m pip install --quiet -r $here/requirements.txt
fi

cargo build --locked --quiet --profile bench -p seal-barcode --bench scan
ours=$(cargo build --locked --profile bench -p seal-barcode --bench scan --message-format json 2>/dev/null |
    sed -n 's/.*"executable":"\([^"]*scan-[^"]*\)".*/\1/p' | tail -1)

# measure SET TITLE: every reader on one set, then its table
measure() {
    local set=$1 title=$2
    "$python" $here/peers.py "$set/manifest.jsonl" "$set/peers.jsonl" "$reps"
    "$ours" "$set/manifest.jsonl" "$set/ours.jsonl" stream,stream_sym "$reps"
    echo "$title"
    echo
    "$python" $here/table.py "$set/manifest.jsonl" \
        "ours=stream;ours, one format=stream_sym;zxing-cpp=zxing;zxing-cpp, one format=zxing_sym;ZBar=zbar" \
        "$set/peers.jsonl" "$set/ours.jsonl"
}

"$python" - <<'VERSIONS'
import importlib.metadata as m, platform
names = ("zxing-cpp", "pyzbar")
print("Readers beside ours:", ", ".join(f"{n} {m.version(n)}" for n in names), f"(Python {platform.python_version()})")
VERSIONS
present=''
if [ -n "$zxing" ]; then
    "$python" $here/sets.py zxing "$out/zxing" "$zxing"
    "$python" $here/sets.py frames "$out/frames" "$out/zxing" "$seed"
    present="zxing black-box, frames made of it, "
fi
"$python" $here/sets.py degraded "$out/degraded" "$seed" "$per_cell"
present="${present}degraded labels (seed $seed)"
if [ -n "$mine" ]; then
    "$python" $here/sets.py mine "$out/mine" "$mine"
    present="$present, your own"
fi
echo "Sets: $present."
[ -n "$zxing" ] || echo "Not measured without --zxing FOLDER: the zxing black-box pictures and the frames made of them."
echo
if [ -n "$zxing" ]; then
    measure "$out/zxing" "The black-box pictures of the zxing project (without EAN-13):"
    measure "$out/frames" "Camera frames of 1280 x 720, those pictures on clutter, and clutter alone:"
fi
measure "$out/degraded" "Labels of 1280 x 720, degraded:"
[ -z "$mine" ] || measure "$out/mine" "Your own:"
