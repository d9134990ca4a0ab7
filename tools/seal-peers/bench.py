"""What the scenarios stand on: a central, and seals and phones of both kinds."""

import json
import os
import secrets
import subprocess
import threading
import time
from dataclasses import dataclass, replace

from eseal import *
from phone import Denied, LinkLost, Phone, StreamLink
from seal import HANG_UP, Flash, Hardware, Seal, happens

MASTER = b"M" * 32
SERIAL = "83181010"
NOW = 1795651200
KEYS = SealKeys.from_master(MASTER, 1, SERIAL)
PEER = os.environ.get("SEAL_PEER", "seal-peer")

DO = {"arm": ARM, "disarm": DISARM, "test": TEST, "approve": APPROVE}


class Failed(Exception):
    """A scenario went another way than the specification says."""


def same(got, wanted, what: str = "") -> None:
    if got != wanted:
        show = [x.hex() if isinstance(x, (bytes, bytearray)) else repr(x) for x in (got, wanted)]
        raise Failed(f"{what}: got {show[0]}, wanted {show[1]}")


def true(holds, what: str) -> None:
    if not holds:
        raise Failed(what)


def denied(reason: int, act, *args) -> None:
    try:
        act(*args)
    except Denied as denial:
        same(hex(denial.reason), hex(reason), "reason")
    else:
        raise Failed(f"not denied with {reason:#x}")


def refused(phone: Phone, act, *args) -> None:
    """REFUSED, and the seal hangs up."""
    try:
        act(*args)
    except Refused:
        same(phone.link.read(5), GONE, "after REFUSED")
    else:
        raise Failed("not refused")


def refused_bytes(phone: Phone, message: bytes, what: str = "") -> None:
    same(phone.exchange(message), REFUSAL, what)
    same(phone.link.read(5), GONE, "after REFUSED")


# ---- central --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Ticket:
    bytes: bytes
    k_pop: bytes


_sequence = [0]


def claims(officer: str = "an.nguyen", life: int = 43200, **changed) -> Claims:
    _sequence[0] += 1
    iat = changed.pop("iat", NOW)
    usual = Claims(
        exp=iat + life, iat=iat, sequence=_sequence[0], k_pop=secrets.token_bytes(32), scope=ALL_RIGHTS, exi=life,
        min_seq=0, officer=pseudonym(MASTER, officer),
    )  # fmt: skip
    return replace(usual, **changed)


def ticket(keys: SealKeys = KEYS, **changed) -> Ticket:
    c = claims(**changed)
    return Ticket(make_ticket(keys, c, secrets.token_bytes(9)), c.k_pop)


def moment(nonce: bytes, **changed) -> Ticket:
    return ticket(life=900, nonce=nonce, **changed)


def minted(kind: str, sequence: int, *options: str) -> Ticket:
    """A ticket from the Rust central's `mint`."""
    _sequence[0] = max(_sequence[0], sequence)
    out = subprocess.run(
        [PEER, "mint", "--kind", kind, "--now", str(NOW), "--sequence", str(sequence), *options],
        check=True, capture_output=True,
    )  # fmt: skip
    told = json.loads(out.stdout)
    return Ticket(bytes.fromhex(told["ticket"]), bytes.fromhex(told["k_pop"]))


def new_id() -> bytes:
    return secrets.token_bytes(16)


# ---- seals ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Options:
    lost: bool = False
    commissioned: int = NOW - 3600
    mtu: int = 247
    battery: int = 87
    rope_out: bool = False
    motor_stuck: bool = False
    motor_seconds: int | None = None


class RustSeal:
    name = "Rust seal"

    def __init__(self, options: Options) -> None:
        self.options = o = options
        args = [PEER, "seal", "--commissioned", str(o.commissioned), "--mtu", str(o.mtu), "--battery", str(o.battery)]
        args += ["--lost"] * o.lost + ["--rope", "out"] * o.rope_out + ["--motor", "stuck"] * o.motor_stuck
        args += [] if o.motor_seconds is None else ["--motor-seconds", str(o.motor_seconds)]
        self.process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0)
        self.link = StreamLink(self.process.stdout, self.process.stdin)

    def connect(self, serial: str = SERIAL) -> Phone:
        """A new connection. A seal without an answer says so: until then, what comes belongs to the connection before."""
        self.link.write(b"")
        self.link.write(bytes([NUMBER, ASK_AGAIN, 0]))
        while (value := self.link.read(20)) != bytes([NUMBER, HAVE_NONE, 0]):
            true(value is not None, "the seal says nothing")
        return Phone(self.link, serial, self.options.mtu, patience=20)

    def happens(self, what: int) -> None:
        self.process.stdin.write(what.to_bytes(2, "big"))

    def power_cut(self) -> None:
        self.happens(POWER_CUT)

    def pass_time(self, ticks: float = 0.2) -> None:
        time.sleep(ticks)

    def end(self) -> None:
        self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()


class LocalLink:
    """A seal in this process; it lives in virtual time, so nobody waits."""

    def __init__(self, seal: Seal) -> None:
        self.seal = seal

    def write(self, value: bytes) -> None:
        self.seal.value(value)

    def read(self, seconds: float):
        for _ in range(int(seconds) + 1):
            if self.seal.out:
                value = self.seal.out.popleft()
                if value is HANG_UP:
                    self.seal.disconnected()
                    return GONE
                return value
            self.seal.step(self.seal.now + 1)
        return None

    def close(self) -> None:
        self.seal.disconnected()
        self.seal.out.clear()


class PythonSeal:
    name = "Python seal"

    def __init__(self, options: Options, keys: SealKeys = KEYS, **seal) -> None:
        self.options, self.keys = options, keys
        o = options
        self.hardware = Hardware(
            battery=o.battery, rope_in=not o.rope_out, motor_stuck=o.motor_stuck, motor_seconds=1 if o.motor_seconds is None else o.motor_seconds,
        )
        if "place" in seal:
            self.hardware.place = seal.pop("place")
        self.flash = Flash(seal.pop("slots", 2048))
        self.seal = self._boot(o.lost, 0)

    def _boot(self, lost: bool, now: int) -> Seal:
        o = self.options
        return Seal(self.keys, o.commissioned, self.hardware, self.flash, now=now, lost=lost, mtu=o.mtu)

    def connect(self, serial: str = SERIAL) -> Phone:
        self.seal.disconnected()
        self.seal.out.clear()
        self.seal.connected()
        self.link = LocalLink(self.seal)
        return Phone(self.link, serial, self.options.mtu)

    def happens(self, what: int) -> None:
        happens(what, self.seal)

    def power_cut(self, lost: bool = True) -> None:
        self.seal = self._boot(lost, 0)
        if hasattr(self, "link"):
            self.link.seal = self.seal

    def pass_time(self, ticks: int = 1) -> None:
        """Steps as a connected seal does, without a phone that is heard."""
        for _ in range(ticks):
            self.seal.step(self.seal.now + 1)

    def sleep(self, ticks: int) -> None:
        self.seal.step(self.seal.now + ticks)
        self.seal.disconnected()
        self.seal.out.clear()

    def end(self) -> None:
        pass


# ---- the Rust phone -------------------------------------------------------------------------


@dataclass
class Told:
    """What a Rust phone said and how it ended."""

    lines: list[str]
    code: int

    def __contains__(self, text: str) -> bool:
        return any(text in line for line in self.lines)

    @property
    def receipts(self) -> list[Receipt]:
        prefix = "phone: receipt "
        return [Receipt(bytes.fromhex(line[len(prefix) :])) for line in self.lines if line.startswith(prefix)]


def rust_phone(bench: PythonSeal, t: Ticket, do: str, between=lambda sender, value: value) -> Told:
    """Runs a Rust phone against a Python seal. `between` sees every value and may change or (None) drop it."""
    seal = bench.seal
    process = subprocess.Popen(
        [PEER, "phone", "--ticket", t.bytes.hex(), "--k-pop", t.k_pop.hex(), "--mtu", str(bench.options.mtu), "--do", do],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
    )  # fmt: skip
    lines: list[str] = []
    ears = threading.Thread(target=lambda: lines.extend(line.decode().strip() for line in process.stderr), daemon=True)
    ears.start()
    link = StreamLink(process.stdout, process.stdin)
    seal.disconnected()
    seal.connected()
    deadline = time.monotonic() + 60
    try:
        while process.poll() is None:
            true(time.monotonic() < deadline, "the Rust phone waits for ever")
            value = link.read(0.02)
            if value is None:
                if seal.moving:  # otherwise the seal's clock stands still while the phone thinks
                    seal.step(seal.now + 1)
            elif value == GONE:
                seal.disconnected()
                seal.out.clear()
                seal.connected()
            elif (value := between("phone", value)) is not None:
                seal.value(value)
            while seal.out:
                value = seal.out.popleft()
                if value is HANG_UP:
                    seal.disconnected()
                    seal.out.clear()
                    seal.connected()
                    link.write(b"")
                elif (value := between("seal", value)) is not None:
                    link.write(value)
    except LinkLost:
        pass  # the phone has ended
    finally:
        if process.poll() is None:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
        process.wait()
        ears.join(10)
    return Told(lines, process.returncode)
