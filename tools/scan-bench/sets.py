#!/usr/bin/env python3
"""Makes sets of grey pictures: a folder with PGM files and manifest.jsonl, one JSON object a line:
file, set, sym (a symbology, or `none`: any read is a false read), w, h, expect.

    sets.py zxing    OUT FOLDER          the black-box pictures of the zxing project
    sets.py mine     OUT FOLDER          pictures with NAME.txt beside
    sets.py frames   OUT ZXING_OUT SEED  1280x720 camera frames: those pictures on clutter, and clutter alone
    sets.py degraded OUT SEED PER_CELL   1280x720 frames of labels, 3 symbologies x 8 degradations
"""
import json
import os
import random
import string
import sys

from PIL import Image, ImageFilter

W, H = 1280, 720
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".gif")
# Folders of zxing-cpp's test/samples whose symbology is not the folder's first word.
SYMBOLOGY = {"qrcode": "qr", "datamatrix": "datamatrix", "falsepositives": "none", "unsupported": "none"}
KNOWN = ("code128", "code39", "itf", "qr", "datamatrix", "pdf417", "ean13", "none")


def grey(path):
    """The first frame, on white where it is transparent."""
    image = Image.open(path)
    if image.mode in ("LA", "RGBA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, (255, 255, 255, 255))
        white.alpha_composite(image)
        image = white
    return image.convert("L")


class Out:
    """A set being written."""

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        self.folder, self.n = folder, 0
        self.manifest = open(os.path.join(folder, "manifest.jsonl"), "w", encoding="utf-8")

    def add(self, name, pixels, w, h, sym, expect, of):
        file = "".join(c if c.isalnum() or c in "-_." else "_" for c in name) + ".pgm"
        with open(os.path.join(self.folder, file), "wb") as out:
            out.write(b"P5\n%d %d\n255\n" % (w, h) + pixels)
        item = dict(file=file, set=of, sym=sym, w=w, h=h, expect=expect)
        self.manifest.write(json.dumps(item, ensure_ascii=False) + "\n")
        self.n += 1


def zxing(out, folder):
    listed = os.path.join(folder, "manifest.jsonl")
    if os.path.exists(listed):
        for item in map(json.loads, open(listed, encoding="utf-8")):
            image = grey(os.path.join(folder, item["file"]))
            out.add(item["file"], image.tobytes(), *image.size, item["sym"], item["expect"], item["set"])
        return
    for of in sorted(os.listdir(folder)):
        word = of.split("-")[0]
        sym = SYMBOLOGY.get(word, word)
        if sym in KNOWN and os.path.isdir(os.path.join(folder, of)):
            pictures(out, os.path.join(folder, of), sym, of)


def pictures(out, folder, sym, of):
    for name in sorted(os.listdir(folder)):
        stem, ext = os.path.splitext(name)
        if ext.lower() not in PICTURES:
            continue
        expect = None
        for kind, code in ((".txt", "utf-8"), (".bin", "latin-1")):
            path = os.path.join(folder, stem + kind)
            if os.path.exists(path):
                expect = open(path, "rb").read().decode(code)
                break
        if expect is None and sym not in ("none", "any"):
            continue
        image = grey(os.path.join(folder, name))
        is_empty = sym == "none" or expect is None
        out.add(f"{of}__{stem}", image.tobytes(), *image.size, "none" if is_empty else sym, None if is_empty else expect, of)


def frames(out, source, seed):
    rnd = random.Random(seed)
    items = list(map(json.loads, open(os.path.join(source, "manifest.jsonl"), encoding="utf-8")))
    load = lambda item: Image.open(os.path.join(source, item["file"]))
    empty = [i for i in items if i["sym"] == "none"]
    clutter = lambda item: load(item).resize((W, H), Image.BICUBIC)
    for sym, most in (("code128", 49), ("code39", 21), ("itf", 28), ("qr", 60), ("datamatrix", 40), ("pdf417", 40)):
        chosen = [i for i in items if i["sym"] == sym]
        rnd.shuffle(chosen)
        for item in chosen[:most]:
            frame = clutter(rnd.choice(empty)).filter(ImageFilter.GaussianBlur(1.2))
            image = load(item)
            scale = min(rnd.uniform(0.5, 0.8) * W / image.width, rnd.uniform(0.6, 0.9) * H / image.height, 2.5)
            size = [max(1, round(side * scale)) for side in image.size]
            image = image.resize(size, Image.BICUBIC)
            x = (W - image.width) // 2 + rnd.randint(-60, 60)
            y = (H - image.height) // 2 + rnd.randint(-20, 20)
            frame.paste(image, (max(0, x), max(0, y)))
            out.add("frame_" + item["file"], frame.tobytes(), W, H, sym, item["expect"], item["set"])
    for item in empty:
        out.add("empty_" + item["file"], clutter(item).tobytes(), W, H, "none", None, item["set"])


def degraded(out, seed, per_cell):
    import cv2
    import numpy as np
    import zxingcpp

    cv2.setNumThreads(1)
    rnd, noise = random.Random(seed), np.random.default_rng(seed)
    formats = dict(
        code128=zxingcpp.BarcodeFormat.Code128, qr=zxingcpp.BarcodeFormat.QRCode, datamatrix=zxingcpp.BarcodeFormat.DataMatrix
    )

    def text(sym):
        digits = lambda n: "".join(rnd.choice(string.digits) for _ in range(n))
        letters = lambda n: "".join(rnd.choice(string.ascii_uppercase) for _ in range(n))
        return rnd.choice(
            {
                "code128": [letters(4) + digits(7), "ML-" + letters(2) + digits(7), "00" + digits(18)],
                "qr": [
                    "https://seal.example/v/" + letters(2) + digits(8) + "?k=" + letters(12),
                    letters(4) + digits(7) + "|SEAL:" + letters(3) + digits(7) + "|HS" + digits(6),
                ],
                "datamatrix": ["01" + digits(14) + "21" + letters(2) + digits(8), letters(4) + digits(7) + letters(3) + digits(7)],
            }[sym]
        )

    def label(sym, text, module):
        """The printed label at 8 pixels a module, and the factor down to `module`."""
        symbol = zxingcpp.create_barcode(text, formats[sym])
        symbol = np.array(zxingcpp.write_barcode_to_image(symbol, scale=1, add_quiet_zones=False))
        symbol = symbol[..., 0] if symbol.ndim == 3 else symbol
        if sym == "code128":
            symbol = np.repeat(symbol[:1], 36, 0)
        k = 8
        big = cv2.resize(symbol, None, fx=k, fy=k, interpolation=cv2.INTER_NEAREST)
        pad = k * 10 if sym == "code128" else k * 4
        paper = np.full((big.shape[0] + 2 * pad + 8 * k, big.shape[1] + 2 * pad), rnd.randint(205, 245), np.uint8)
        paper[pad : pad + big.shape[0], pad : pad + big.shape[1]] = np.where(big > 127, paper[0, 0], rnd.randint(15, 50))
        at = (pad, paper.shape[0] - pad // 2)
        cv2.putText(paper, text[:30], at, cv2.FONT_HERSHEY_SIMPLEX, 1.2, 40, 2, cv2.LINE_AA)
        return paper, module / k

    def background():
        ground = cv2.resize(noise.normal(0, 1, (9, 16)), (W, H), interpolation=cv2.INTER_CUBIC)
        ground = rnd.randint(60, 170) + ground * 22
        if rnd.random() < 0.5:  # a container's corrugated wall
            ground += 14 * np.sign(np.sin(np.arange(W) / rnd.uniform(14, 40)))[None, :]
        for _ in range(rnd.randint(2, 7)):
            ends = [(rnd.randint(0, W), rnd.randint(0, H)) for _ in range(2)]
            cv2.line(ground, *ends, float(rnd.randint(20, 220)), rnd.randint(1, 9))
        return ground.astype(np.float32)

    def place(ground, paper, scale, angle, tilt):
        h, w = paper.shape
        corners = np.float32([[0, 0], [w, 0], [w, h], [0, h]])
        to = (corners - [w / 2, h / 2]) * scale
        to = to * (1 + np.float32([[noise.uniform(-tilt, tilt) for _ in range(2)] for _ in range(4)]))
        a = np.deg2rad(angle)
        to = to @ np.float32([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]]).T
        extent = np.abs(to).max(0)
        fit = min(1, (W / 2 - 10) / extent[0], (H / 2 - 10) / extent[1])
        to = to * fit
        room = [max(0, W / 2 - 10 - extent[0] * fit) * 0.6, max(0, H / 2 - 10 - extent[1] * fit) * 0.6]
        to = to + [W / 2 + rnd.uniform(-1, 1) * room[0], H / 2 + rnd.uniform(-1, 1) * room[1]]
        matrix = cv2.getPerspectiveTransform(corners, np.float32(to))
        small = scale * fit
        soft = cv2.GaussianBlur(paper, (0, 0), max(0.1, 0.45 / max(small, 1e-3))) if small < 1 else paper
        image = cv2.warpPerspective(soft, matrix, (W, H), flags=cv2.INTER_LINEAR)
        mask = cv2.warpPerspective(np.full_like(paper, 255), matrix, (W, H), flags=cv2.INTER_LINEAR).astype(np.float32) / 255
        return ground * (1 - mask) + image * mask, matrix

    def make(sym, kind, severity):
        said = text(sym)
        module = rnd.uniform(*dict(code128=(2.6, 4.0), qr=(5, 9), datamatrix=(6, 11))[sym])
        angle, tilt = rnd.uniform(-8, 8), 0.02
        if kind == "small":
            module = 3.2 - 2.1 * severity if sym != "code128" else 2.2 - 1.2 * severity
        if kind == "perspective":
            tilt, angle = 0.05 + 0.33 * severity, rnd.uniform(-25, 25)
        if kind == "rotation":
            angle = rnd.uniform(0, 360)
        paper, scale = label(sym, said, module)
        image, matrix = place(background(), paper, scale, angle, tilt)
        h, w = paper.shape
        on = lambda x, y: cv2.perspectiveTransform(np.float32([[[x * w, y * h]]]), matrix)[0, 0]
        whole = lambda p: tuple(int(v) for v in p)
        if kind == "blur":
            k = module * (0.25 + 0.75 * severity)
            if rnd.random() < 0.5:
                image = cv2.GaussianBlur(image, (0, 0), k * 0.75)
            else:  # the hand moved
                n = max(3, int(2 * k) | 1)
                kernel = np.zeros((n, n), np.float32)
                kernel[n // 2] = 1 / n
                turn = cv2.getRotationMatrix2D((n / 2 - 0.5, n / 2 - 0.5), rnd.uniform(0, 180), 1)
                kernel = cv2.warpAffine(kernel, turn, (n, n))
                image = cv2.filter2D(image, -1, kernel / kernel.sum())
        if kind == "lowlight":
            image = image * (0.22 - 0.18 * severity)
            image = noise.poisson(np.clip(image, 0, None)) + noise.normal(4, 2.0 + 3 * severity, image.shape)
        if kind == "glare":
            c = on(rnd.uniform(0.25, 0.75), rnd.uniform(0.25, 0.75))
            y, x = np.mgrid[0:H, 0:W]
            size = abs(on(1, 0.5)[0] - on(0, 0.5)[0]) * (0.06 + 0.30 * severity)
            image = image + 520 * np.exp(-(((x - c[0]) / (size * 1.6)) ** 2 + ((y - c[1]) / size) ** 2))
        if kind == "occlusion":
            for _ in range(1 + int(3 * severity)):
                ends = [whole(on(rnd.uniform(0.1, 0.9), rnd.uniform(0.1, 0.9))) for _ in range(2)]
                cv2.line(image, *ends, float(rnd.choice([25, 235])), int(max(2, module * (1 + 2 * severity))))
            blot = whole(on(rnd.choice([0.12, 0.88]), rnd.choice([0.1, 0.85])))
            cv2.circle(image, blot, int(module * (1.5 + 5 * severity)), float(rnd.choice([90, 200])), -1)
        if kind == "combo":
            image = cv2.GaussianBlur(image, (0, 0), module * (0.15 + 0.3 * severity))
            image = image * 0.6 * np.linspace(1 - 0.7 * severity, 1, W)[None, :]
        image = np.clip(image + noise.normal(0, 2.5, image.shape), 0, 255).astype(np.uint8)
        _, jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 88])
        return said, cv2.imdecode(jpeg, 0)

    for sym in ("code128", "qr", "datamatrix"):
        for kind in ("small", "blur", "lowlight", "perspective", "rotation", "glare", "occlusion", "combo"):
            for i in range(per_cell):
                said, image = make(sym, kind, (i + 0.5) / per_cell)
                out.add(f"{sym}_{kind}_{i:02d}", image.tobytes(), W, H, sym, said, kind)


def main():
    kind, out, *rest = sys.argv[1:]
    out = Out(out)
    if kind == "zxing":
        zxing(out, rest[0])
    elif kind == "mine":
        pictures(out, rest[0], "any", "mine")
    elif kind == "frames":
        frames(out, rest[0], int(rest[1]))
    elif kind == "degraded":
        degraded(out, int(rest[0]), int(rest[1]))
    else:
        raise SystemExit(__doc__)
    print(f"{out.n} pictures in {out.folder}", file=sys.stderr)


main()
