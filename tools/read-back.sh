#!/bin/bash
# Prints invented parcels as PDF, has other programs read them, and compares with what was put in: poppler renders the
# pages and takes out the text and its places, zxing-cpp reads the codes. Called by `./run read-back`, which installs
# poppler-utils and python3-venv first; zxing-cpp and Pillow come from PyPI into a folder of their own.
#
#   tools/read-back.sh [FOLDER]    the PDFs and their pages as PNG stay in FOLDER (target/papers)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
folder=$(realpath -m "${1:-$root/target/papers}")
venv=${XDG_CACHE_HOME:-$HOME/.cache}/seal-field-read-back
dots=${DOTS:-150}   # an inch: what a cheap printer and a phone's camera leave

say() { echo "read-back: $*" >&2; }

if ! "$venv/bin/python" -c 'import zxingcpp, PIL' 2>/dev/null; then
    say "installing zxing-cpp and Pillow in $venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" -q install zxing-cpp pillow
fi

rm -rf "$folder"
mkdir -p "$folder/again"
cd "$root"
# Twice, each time a process of its own: the same parcel has to be the same file.
cargo run -q --locked --example papers -- "$folder"
cargo run -q --locked --example papers -- "$folder/again"
for pdf in "$folder"/*.pdf; do
    cmp "$pdf" "$folder/again/${pdf##*/}"
    pdftoppm -r "$dots" -gray -png "$pdf" "${pdf%.pdf}"
    pdftotext "$pdf" "${pdf%.pdf}.txt"
    # Quiet: poppler knows the Suspects entry of tagged files only under an older reading of the standard.
    pdftotext -q -bbox "$pdf" "${pdf%.pdf}.bbox"
done
rm -r "$folder/again"

"$venv/bin/python" - "$folder" <<'PYTHON'
import glob, json, os, re, sys, unicodedata
import zxingcpp
from PIL import Image

folder, wrong = sys.argv[1], []
expected = json.load(open(os.path.join(folder, "papers.json")))
flat = lambda text: re.sub(r"\s+", " ", text)

for name, want in expected.items():
    def say(what):
        wrong.append(f"{name}: {what}")
    pages = sorted(glob.glob(os.path.join(folder, f"{name}-*.png")))
    if len(pages) != want["pages"]:
        say(f"{len(pages)} pages, {want['pages']} were set")
    # The codes are on the label and on the list's first page.
    for page in pages[:2]:
        codes = {(str(code.format).replace(" ", ""), code.text) for code in zxingcpp.read_barcodes(Image.open(page))}
        wanted = {("QRCode", want["qr"])} | ({("Code128", want["code128"])} if want["code128"] else set())
        if codes != wanted:
            say(f"{os.path.basename(page)}: read {codes}, wanted {wanted}")
    text = flat(open(os.path.join(folder, f"{name}.txt"), encoding="utf-8").read())
    if not unicodedata.is_normalized("NFC", text):
        say("the text is not NFC")
    for word in want["words"]:
        if flat(word) not in text:
            say(f"“{word}” is not in the text")
    found = re.findall(r"\b8318 \d{4}\b", text)
    if found != want["seals"]:
        say(f"the seals are not all there, once and in order: {found}")
    # No word where a printer cannot reach: 4 mm at the sides; the practice mark stands 2.5 mm from the upper edge.
    bbox = open(os.path.join(folder, f"{name}.bbox"), encoding="utf-8").read()
    places = re.findall(r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)"', bbox)
    for x0, y0, x1, y1 in (map(float, place) for place in places):
        if x0 < 12 or x1 > 595.3 - 12 or y0 < 7 or y1 > 841.9 - 7:
            say(f"a word at {x0},{y0} to {x1},{y1} is too near the edge")
    print(f"{name}: {len(pages)} pages, {len(places)} words, {len(want['seals'])} seals")

print(*wrong, sep="\n")
sys.exit(1 if wrong else 0)
PYTHON
say "all read back; pages to look at are in $folder"
