#!/usr/bin/env python3
"""table.py MANIFEST NAME=CFG;… RESULT…: Markdown tables of the readers' results on one set.

A read is right when the first text is the expected one, separators and line ends aside; a misread is another text on a picture
with a code; a false read is any text where there is none."""
import json
import statistics
import sys

SYMBOLOGIES = ["code128", "code39", "itf", "qr", "datamatrix", "pdf417"]


def norm(text):
    if text is None:
        return None
    text = text.replace("\x1d", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    for prefix in ("]C1", "]d2", "]Q3"):
        text = text.removeprefix(prefix)
    return text


def main():
    manifest = {i["file"]: i for i in map(json.loads, open(sys.argv[1], encoding="utf-8"))}
    names = dict(pair.split("=") for pair in sys.argv[2].split(";"))
    results = {name: [] for name in names}
    of = {cfg: name for name, cfg in names.items()}
    for path in sys.argv[3:]:
        for line in map(json.loads, open(path, encoding="utf-8")):
            if line["cfg"] in of:
                results[of[line["cfg"]]].append((manifest[line["file"]], line))
    have = [s for s in SYMBOLOGIES if any(i["sym"] == s for i in manifest.values())]
    right = lambda i, r: norm(r["text"]) == norm(i["expect"])
    median = lambda v: f"{statistics.median(v):.2f}" if v else "-"

    head = ["reader", *have, "read", "misread", "false reads", "ms a frame", "ms until read", "ms, nothing there"]
    rows = []
    for name, pairs in results.items():
        codes = [(i, r) for i, r in pairs if i["sym"] in have]
        if not codes and not pairs:
            continue
        empty = [r for i, r in pairs if i["sym"] == "none"]
        cells = [[right(i, r) for i, r in codes if i["sym"] == s] for s in have]
        ok = sum(map(sum, cells))
        wrong = sum(bool(r["text"]) and not right(i, r) for i, r in codes)
        rows.append([
            name,
            *[f"{sum(c)}/{len(c)}" for c in cells],
            f"{ok}/{len(codes)} ({100 * ok / max(len(codes), 1):.1f}%)",
            str(wrong),
            f"{sum(bool(r['text']) for r in empty)}/{len(empty)}",
            median([r["per_frame"] for _, r in codes]),
            median([r["ms"] for i, r in codes if right(i, r)]),
            median([r["per_frame"] for r in empty]),
        ])
    table(head, rows)

    sets = sorted({i["set"] for i in manifest.values() if i["sym"] in have})
    if 2 < len(sets) <= 12:
        rows = []
        for sym in have:
            for kind in sets:
                cells = [[right(i, r) for i, r in pairs if i["sym"] == sym and i["set"] == kind] for pairs in results.values()]
                if cells and cells[0]:
                    rows.append([sym, kind, *[f"{sum(c)}/{len(c)}" for c in cells]])
        table(["symbology", "set", *results], rows)


def table(head, rows):
    widths = [max(len(row[i]) for row in [head, *rows]) for i in range(len(head))]
    show = lambda row: "| " + " | ".join(c.ljust(w) if i == 0 else c.rjust(w) for i, (c, w) in enumerate(zip(row, widths))) + " |"
    print(show(head))
    print("|" + "|".join("-" * (w + 2) if i == 0 else "-" * (w + 1) + ":" for i, w in enumerate(widths)) + "|")
    print("\n".join(map(show, rows)) + "\n")


main()
