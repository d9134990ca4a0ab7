#!/usr/bin/env python3
"""peers.py MANIFEST OUT REPS: reads a set with zxing-cpp (default options, our six symbologies; `zxing_sym`: only the
expected one) and ZBar. CPU time of the thread, the least of the repetitions, milliseconds."""
import json
import os
import sys
import time

import numpy as np
import zxingcpp
from pyzbar import pyzbar
from pyzbar.pyzbar import ZBarSymbol

F = zxingcpp.BarcodeFormat
ZXING = dict(code128=F.Code128, code39=F.Code39, itf=F.ITF, qr=F.QRCode, datamatrix=F.DataMatrix, pdf417=F.PDF417)
ZBAR = [ZBarSymbol.CODE128, ZBarSymbol.CODE39, ZBarSymbol.I25, ZBarSymbol.QRCODE]


def load(path):
    _, size, _, pixels = open(path, "rb").read().split(b"\n", 3)
    w, h = map(int, size.split())
    return np.frombuffer(pixels, np.uint8, w * h).reshape(h, w)


def zxing(image, formats):
    found = zxingcpp.read_barcode(image, formats=zxingcpp.BarcodeFormats(formats), text_mode=zxingcpp.TextMode.Plain)
    return [found.text] if found is not None and found.valid else []


def zbar(image):
    h, w = image.shape
    texts = [found.data for found in pyzbar.decode((image.tobytes(), w, h), symbols=ZBAR)]
    return [text.decode("utf-8", "replace") for text in texts]


def main():
    manifest, out, reps = sys.argv[1], open(sys.argv[2], "w", encoding="utf-8"), int(sys.argv[3])
    folder = os.path.dirname(manifest)
    everything = list(ZXING.values())
    for item in map(json.loads, open(manifest, encoding="utf-8")):
        image = load(os.path.join(folder, item["file"]))
        only = [ZXING[item["sym"]]] if item["sym"] in ZXING else everything
        ways = dict(zxing=lambda: zxing(image, everything), zxing_sym=lambda: zxing(image, only), zbar=lambda: zbar(image))
        for way, read in ways.items():
            best, found = 1e9, []
            for _ in range(reps):
                start = time.thread_time()
                found = read()
                best = min(best, (time.thread_time() - start) * 1e3)
            line = dict(file=item["file"], cfg=way, ms=best, per_frame=best, frames=1, text=found[0] if found else None, all=found)
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


main()
