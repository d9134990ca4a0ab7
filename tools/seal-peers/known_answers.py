"""Every vector of docs/seal-protocol-vectors.json, by another COSE and another Noise."""

import pathlib

from bench import *

V = json.loads((pathlib.Path(__file__).parents[2] / "docs" / "seal-protocol-vectors.json").read_text())
h = bytes.fromhex


def keys() -> None:
    k = V["keys"]
    made = SealKeys.from_master(h(k["master"]), k["epoch"], k["serial"])
    same(made.id, h(k["seal_id"]), "seal_id")
    same(made.k_seal, h(k["k_seal"]), "k_seal")
    same(made.k_ticket, h(k["k_ticket"]), "k_ticket")
    same(made.k_receipt, h(k["k_receipt"]), "k_receipt")
    same((made.k_seal, made.id), (KEYS.k_seal, KEYS.id), "the scenarios' keys")


def tickets() -> None:
    # Section 3's three kinds: life, time after first use, flags.
    kinds = {"shift": (43200, 43200, 0), "reserve": (604800, 43200, NEEDS_SECOND), "moment": (900, 900, 0)}
    for kind, (life, exi, flags) in kinds.items():
        t = V["tickets"][kind]
        wanted = Claims(
            t["iat"] + life, t["iat"], t["sequence"], h(t["k_pop"]), t["scope"], exi, t["min_seq"], h(t["pseudonym"]),
            h(V["tickets"]["moment_nonce"]) if kind == "moment" else None, flags,
        )  # fmt: skip
        same(pseudonym(MASTER, t["officer"]), wanted.officer, "pseudonym")
        same(open_ticket(KEYS, h(t["ticket"])), wanted, kind)
        salt = bytes([wanted.k_pop[0] ^ 0xFF]) * 9
        same(make_ticket(KEYS, wanted, salt), h(t["ticket"]), f"{kind}, made here")


def receipt_and_chain() -> None:
    r, c = V["receipt"], V["chain"]
    receipt = Receipt(h(r["bytes"]))
    same(receipt.verify(KEYS), Entry.decode(h(r["entry"])), "entry")
    same(receipt.head, h(r["head"]), "head")
    same(make_receipt(KEYS, h(r["entry"]), h(r["head"])), h(r["bytes"]), "receipt, made here")
    same(first_head(KEYS.id), h(c["start"]), "start")
    same(next_head(h(c["start"]), h(c["entry_1"])), h(c["head_1"]), "head_1")


def fragments_advertising_refusal() -> None:
    f = V["fragments"]
    for mtu in (23, 185, 247):
        values = [h(v) for v in f[f"mtu_{mtu}"]]
        same(fragments(h(f["message"]), f["turn"], mtu), values, f"MTU {mtu}")
        gatherer = Gatherer()
        same([gatherer.take(v) for v in values][-1], (f["turn"], h(f["message"])), "gathered")
    same(bytes([NUMBER, ASK_AGAIN, 2]), h(f["again_from_2"]), "again from 2")
    service = h("7c5e0001 9d0b 4f6e 8a55 1f7e48585bc3".replace(" ", ""))
    same(h("0201061107") + service[::-1], h(V["advertising"]["data"]), "advertising data")
    name = V["keys"]["serial"].encode()
    same(bytes([len(name) + 1, 9]) + name, h(V["advertising"]["scan_response"]), "scan response")
    same(REFUSAL, h(V["refusal"]), "refusal")


def session_as_phone() -> None:
    """A Python phone with the session's secret says every message of it, and reads every answer."""
    s = V["session"]
    said, heard = [], []

    class Tape:
        def write(self, value: bytes) -> None:
            gathered = gatherer.take(value)
            if gathered is not None:
                turn, message = gathered
                said.append(message)
                position = [m["message"] for m in s["messages"]].index(message.hex())
                heard.extend(fragments(h(s["messages"][position + 1]["message"]), turn, 247))

        def read(self, seconds: float):
            return heard.pop(0) if heard else None

    gatherer = Gatherer()
    phone = Phone(Tape(), SERIAL, ephemeral=h(s["phone_ephemeral_secret"]))
    t = V["tickets"][s["ticket"]]
    asked = [m for m in s["messages"] if m["from"] == "phone"]
    answers = [m for m in s["messages"] if m["from"] == "seal"]
    same(phone.hello().nonce, h(V["tickets"]["moment_nonce"]), "nonce")
    offer = phone.open(h(t["ticket"]), h(t["k_pop"]))
    same(offer, phone_offer(h(answers[1]["plain"])), "offer")
    same(phone.noise.get_handshake_hash(), h(s["handshake_hash"]), "handshake hash")
    for question, answer in zip(asked[2:], answers[2:], strict=True):
        wanted = h(answer["plain"])
        try:
            same(phone.request(h(question["plain"])), wanted, question["what"])
        except Denied as denial:
            same(bytes([DENIED, denial.reason]), wanted, question["what"])
    same([m.hex() for m in said], [m["message"] for m in asked], "messages")
    same(SealState.decode(h(answers[3]["plain"])).encode(), h(answers[3]["plain"]), "state")
    Page.decode(h(answers[-1]["plain"])).verify(KEYS)


def phone_offer(plain: bytes):
    from phone import Offer

    state, lost, battery, newest, floor = struct.unpack(">BBBII", plain)
    return Offer(state, bool(lost), battery, newest, floor)


def session_as_seal() -> None:
    """A Python seal with the session's secrets, sensors and ticks gives every answer of it, byte for byte."""
    s = V["session"]
    seal = Seal(
        KEYS, s["commissioned"], Hardware(), Flash(),
        random=lambda n: h(V["tickets"]["moment_nonce"])[:n], ephemeral=h(s["seal_ephemeral_secret"]),
    )  # fmt: skip
    seal.connected()
    turn, gatherer = 1, Gatherer()
    for m in s["messages"]:
        seal.step(m["tick"])
        if m["from"] == "phone":
            turn ^= 1
            for value in fragments(h(m["message"]), turn, 247):
                seal.value(value)
        else:
            whole = None
            while seal.out:
                whole = gatherer.take(seal.out.popleft())
            true(whole is not None, f"{m['what']}: no answer")
            same(whole[1], h(m["message"]), m["what"])


SCENARIOS = [keys, tickets, receipt_and_chain, fragments_advertising_refusal, session_as_phone, session_as_seal]
