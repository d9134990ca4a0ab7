"""eseal/1: what a seal, a phone and a central share.

Written from docs/seal-protocol.md alone; section numbers below are that text's. COSE is PyPI `cwt`, Noise is PyPI `noiseprotocol`.
"""

import hashlib
import hmac
import struct
from dataclasses import dataclass

import cbor2
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cwt import COSE, COSEKey
from noise.connection import Keypair, NoiseConnection

# Section 4: types of messages.
HELLO, HELLO_REPLY, OPEN, OPENED, REQUEST, REPLY, REFUSED = 0x10, 0x11, 0x01, 0x02, 0x03, 0x04, 0x0F
VERSION = 1
REFUSAL = bytes([REFUSED, 1])
LONGEST_MESSAGE = 1024
LONGEST_TICKET = 192

# Section 3: rights and flags of a ticket.
READ, ARM_RIGHT, DISARM_RIGHT, TEST_RIGHT = 1, 2, 4, 8
ALL_RIGHTS = 15
NEEDS_PRESENCE, NEEDS_SECOND = 1, 2

# Section 8: requests, replies, reasons, actions, outcomes, lock states.
COMMAND, STATE, LOG, SETTLE, SET_CLOCK = 1, 2, 3, 4, 5
DENIED, RECEIPT, STATE_REPLY, PAGE, CLOCK_SET = 0x80, 0x81, 0x82, 0x83, 0x85
(NOT_ALLOWED, NO_PRESENCE, NO_SECOND, NO_FRESH, BUSY, ID_REUSED, NOT_FOUND, MEMORY_FAILED, MALFORMED) = range(0x20, 0x29)
ARM, DISARM, TEST, APPROVE = 1, 2, 3, 4
(DONE, ROPE_OUT, BATTERY_LOW, MOTOR_STUCK, HOUSING_OPEN, ROPE_CUT, ALREADY_SO, NOT_SEALED, INTERRUPTED, TEST_FAILED) = range(10)
OPEN_STATE, READY, ARMED, TAMPERED, JAMMED = range(5)
ALARM_ROPE, ALARM_OPENED, ALARM_HOUSING, ALARM_UNWATCHED = 1, 2, 4, 8
UNKNOWN_PLACE, UNKNOWN_ACCURACY = 0x7FFFFFFF, 0xFFFF

# Section 9: kinds of entries.
POSITION, ROPE, BOLT, HOUSING, WRONG_TICKET, POWER_BACK, CLOCK, BEGUN, ENDED = 1, 2, 3, 4, 7, 0x0F, 0x10, 0x20, 0x21
ENTRIES_A_PAGE = 18

NOISE = b"Noise_NNpsk0_25519_AESGCM_SHA256"


class Refused(Exception):
    """The one answer to everything that fails to authenticate; the text is for the reader of a test, never for the wire."""


# ---- keys (section 2) -----------------------------------------------------------------------


def derive(key: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, bytes(32), info).derive(key)


def seal_id(serial: str) -> bytes:
    raw = serial.encode("ascii")
    if not 1 <= len(raw) <= 15 or not all(c in b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-" for c in raw):
        raise ValueError(f"not a serial: {serial!r}")
    return raw.ljust(16, b"\0")


@dataclass(frozen=True)
class SealKeys:
    """What a seal is given by wire (id, epoch, `k_seal`), and what it makes of it."""

    id: bytes
    epoch: int
    k_seal: bytes

    @property
    def ticket(self) -> COSEKey:
        return COSEKey.from_symmetric_key(self.k_ticket, alg="AES-CCM-16-64-128", kid=bytes([self.epoch]))

    @property
    def receipt(self) -> COSEKey:
        return COSEKey.from_symmetric_key(self.k_receipt, alg="HS256", kid=bytes([self.epoch]))

    @property
    def k_ticket(self) -> bytes:
        return derive(self.k_seal, b"eseal/1/ticket", 16)

    @property
    def k_receipt(self) -> bytes:
        return derive(self.k_seal, b"eseal/1/receipt", 32)

    @classmethod
    def from_master(cls, master: bytes, epoch: int, serial: str) -> "SealKeys":
        sid = seal_id(serial)
        return cls(sid, epoch, derive(master, b"eseal/1/seal" + sid + bytes([epoch]), 32))


def pseudonym(master: bytes, officer: str) -> bytes:
    return hmac.digest(derive(master, b"eseal/1/officer", 32), officer.encode(), "sha256")[:8]


# ---- ticket (section 3) ---------------------------------------------------------------------

EXP, IAT, CTI, CNF, SCOPE, EXI, MIN_SEQ, OFFICER, NONCE, FLAGS = 4, 6, 7, 8, 9, 40, -70002, -70003, -70004, -70005


@dataclass(frozen=True)
class Claims:
    exp: int
    iat: int
    sequence: int
    k_pop: bytes
    scope: int
    exi: int
    min_seq: int
    officer: bytes
    nonce: bytes | None = None
    flags: int = 0

    def encode(self) -> bytes:
        """The one encoding a ticket may have: these claims in this order, shortest form."""
        claims = {
            EXP: self.exp,
            IAT: self.iat,
            CTI: self.sequence.to_bytes(4, "big"),
            CNF: {1: {1: 4, -1: self.k_pop}},
            SCOPE: bytes([self.scope]),
            EXI: self.exi,
            MIN_SEQ: self.min_seq,
            OFFICER: self.officer,
        }
        if self.nonce is not None:
            claims[NONCE] = self.nonce
        claims[FLAGS] = self.flags
        return cbor2.dumps(claims)

    @classmethod
    def decode(cls, plain: bytes) -> "Claims":
        try:
            m = cbor2.loads(plain)
            c = cls(
                m[EXP], m[IAT], int.from_bytes(m[CTI], "big"), m[CNF][1][-1], m[SCOPE][0],
                m[EXI], m[MIN_SEQ], m[OFFICER], m.get(NONCE), m[FLAGS],
            )  # fmt: skip
            numbers = (c.exp, c.iat, c.exi, c.min_seq, c.flags)
            ok = (
                all(type(n) is int and 0 <= n < 1 << 32 for n in numbers)
                and all(type(b) is bytes for b in (m[CTI], c.k_pop, m[SCOPE], c.officer, c.nonce or b""))
                and len(c.k_pop) == 32
                and len(c.officer) == 8
                and (c.nonce is None or len(c.nonce) == 16)
                and c.scope & ~ALL_RIGHTS == 0
                and c.flags & ~(NEEDS_PRESENCE | NEEDS_SECOND) == 0
                and c.sequence >= 1
                # Comparing with our own encoding also finds a missing, unknown, misplaced or long-winded claim.
                and c.encode() == plain
            )
        except Exception as error:  # whatever a CBOR decoder makes of a stranger's bytes
            raise Refused(f"claims: {error}") from error
        if not ok:
            raise Refused("claims")
        return c


def make_ticket(keys: SealKeys, claims: Claims | bytes, salt: bytes, sequence: int | None = None) -> bytes:
    """`salt` is the IV's 9 random bytes. Raw bytes as claims make tickets no central would."""
    plain = claims if isinstance(claims, bytes) else claims.encode()
    number = claims.sequence if isinstance(claims, Claims) else sequence or 1
    iv = salt + number.to_bytes(4, "big")
    return COSE.new().encode_and_encrypt(plain, keys.ticket, {1: 10}, {4: bytes([keys.epoch]), 5: iv}, external_aad=keys.id)


def open_ticket(keys: SealKeys, ticket: bytes) -> Claims:
    """Raises Refused for every ticket that is not exactly of section 3's form."""
    envelope = (
        bytes.fromhex("d08343a1010aa20441") + bytes([keys.epoch]) + b"\x05\x4d" + ticket[12:25]
        + b"\x58" + bytes([max(0, len(ticket) - 27) & 255])
    )  # fmt: skip
    if len(ticket) > LONGEST_TICKET or ticket[:27] != envelope:
        raise Refused("envelope")
    try:
        plain = COSE.new().decode(ticket, keys.ticket, external_aad=keys.id)
    except Exception as error:
        raise Refused(f"ticket does not decrypt: {error}") from error
    return Claims.decode(plain)


# ---- log (section 9) ------------------------------------------------------------------------

ENTRY = struct.Struct(">IBBBBBB2xII28s")
COMMAND_BODY = struct.Struct(">I16s8s")
CLOCK_BODY = struct.Struct(">II12x8s")
PLACE = struct.Struct(">iiH")


@dataclass(frozen=True)
class Entry:
    counter: int
    kind: int
    detail: int
    outcome: int
    flags: int
    battery: int
    alarms: int
    clock: int
    floor: int
    body: bytes = b""

    def encode(self) -> bytes:
        return ENTRY.pack(
            self.counter, self.kind, self.detail, self.outcome, self.flags, self.battery, self.alarms,
            self.clock, self.floor, self.body,
        )  # fmt: skip

    @classmethod
    def decode(cls, raw: bytes) -> "Entry":
        entry = cls(*ENTRY.unpack(raw))
        if entry.encode() != raw:
            raise ValueError("bytes 10 and 11 of an entry are zero")
        return entry

    @property
    def command(self) -> tuple[int, bytes, bytes]:
        """Ticket's sequence, command id, officer of a *begun* or *ended*."""
        return COMMAND_BODY.unpack(self.body)

    @property
    def lock_state(self) -> int:
        return self.flags >> 4 & 7

    clock_set = property(lambda self: bool(self.flags & 1))
    time_lost = property(lambda self: bool(self.flags & 2))
    approved = property(lambda self: bool(self.flags & 4))
    armed = property(lambda self: bool(self.flags & 8))


def first_head(sid: bytes) -> bytes:
    return hashlib.sha256(b"eseal/1/chain" + sid).digest()[:16]


def next_head(head: bytes, entry: bytes) -> bytes:
    return hashlib.sha256(b"eseal/1/head" + head + entry).digest()[:16]


def make_receipt(keys: SealKeys, entry: bytes, head: bytes) -> bytes:
    return COSE.new().encode_and_mac(entry + head, keys.receipt, {1: 5}, {4: bytes([keys.epoch])}, external_aad=keys.id)


@dataclass(frozen=True)
class Receipt:
    """What a phone can see of a receipt. Only the central can check it (`verify`)."""

    bytes: bytes

    def __post_init__(self) -> None:
        b = self.bytes
        if len(b) != 110 or b[:9] != bytes.fromhex("d18443a10105a10441") or b[10:12] != b"\x58\x40" or b[76:78] != b"\x58\x20":
            raise ValueError("not a receipt")

    entry = property(lambda self: Entry.decode(self.bytes[12:60]))
    head = property(lambda self: self.bytes[60:76])

    def verify(self, keys: SealKeys) -> Entry:
        """The central's check. Raises if the seal did not make this receipt."""
        payload = COSE.new().decode(self.bytes, keys.receipt, external_aad=keys.id)
        if payload != self.bytes[12:76]:
            raise ValueError("payload")
        return self.entry


@dataclass(frozen=True)
class Page:
    first: int
    head: bytes
    entries: tuple[bytes, ...]
    receipt: Receipt | None

    @classmethod
    def decode(cls, plain: bytes) -> "Page":
        first, count = struct.unpack(">IB", plain[1:6])
        end = 22 + 48 * count
        entries = tuple(plain[at : at + 48] for at in range(22, end, 48))
        if len(plain) != end + (110 if count else 0):
            raise ValueError("a page of another length")
        page = cls(first, plain[6:22], entries, Receipt(plain[end:]) if count else None)
        for number, entry in enumerate(page.decoded(), first):
            if entry.counter != number:
                raise ValueError("a page whose counters do not run through")
        return page

    def decoded(self) -> list[Entry]:
        return [Entry.decode(raw) for raw in self.entries]

    def verify(self, keys: SealKeys) -> None:
        """The central's check: the last receipt proves every entry of the page."""
        head = self.head
        if self.first == 1 and head != first_head(keys.id):
            raise ValueError("the chain begins elsewhere")
        for raw in self.entries:
            head = next_head(head, raw)
        if self.receipt is not None:
            self.receipt.verify(keys)
            if self.receipt.head != head or self.receipt.bytes[12:60] != self.entries[-1]:
                raise ValueError("the receipt is not of this page")


STATE_FORM = struct.Struct(">B16s6B3sIIIIiiH16sBB")


@dataclass(frozen=True)
class SealState:
    seal_id: bytes
    lock_state: int
    alarms: int
    bits: int
    battery: int
    signal: int
    failed_parts: int
    firmware: bytes
    clock: int
    floor: int
    newest: int
    oldest: int
    latitude: int
    longitude: int
    accuracy: int
    command: bytes
    action: int
    outcome: int

    def encode(self) -> bytes:
        return STATE_FORM.pack(STATE_REPLY, *self.__dict__.values())

    @classmethod
    def decode(cls, plain: bytes) -> "SealState":
        return cls(*STATE_FORM.unpack(plain)[1:])

    time_lost = property(lambda self: bool(self.bits & 64))
    clock_set = property(lambda self: bool(self.bits & 32))


# ---- handshake (section 5) ------------------------------------------------------------------


def handshake(initiator: bool, sid: bytes, ticket: bytes, k_pop: bytes, secret: bytes | None = None) -> NoiseConnection:
    """`secret` fixes the ephemeral key: for known answers only."""
    noise = NoiseConnection.from_name(NOISE)
    noise.set_as_initiator() if initiator else noise.set_as_responder()
    noise.set_psks(k_pop)
    noise.set_prologue(b"eseal/1" + sid + hashlib.sha256(ticket).digest())
    if secret is not None:
        noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, secret)
    noise.start_handshake()
    return noise


# ---- fragments (section 12) -----------------------------------------------------------------

LAST, TURN, NUMBER = 0x80, 0x40, 0x3F
ASK_AGAIN, HAVE_NONE = 1, 2


def fragments(message: bytes, turn: int, mtu: int) -> list[bytes]:
    size = mtu - 4
    bodies = [message[at : at + size] for at in range(0, len(message), size)] or [b""]
    last = len(bodies) - 1
    return [bytes([(LAST if n == last else 0) | turn * TURN | n]) + body for n, body in enumerate(bodies)]


class Gatherer:
    """Puts the fragments of one message together."""

    def __init__(self) -> None:
        self.turn: int | None = None
        self.next = 0
        self.body = b""

    def take(self, value: bytes) -> tuple[int, bytes] | None:
        """One fragment; the turn and the message when it is whole. A spoiled message waits for a fragment 0."""
        header, body = value[0], value[1:]
        turn, number = header >> 6 & 1, header & NUMBER
        if number == 0:
            self.turn, self.next, self.body = turn, 0, b""
        elif self.turn is None or turn != self.turn or number != self.next:
            self.turn = None
            return None
        self.next += 1
        self.body += body
        if len(self.body) > LONGEST_MESSAGE:
            self.turn = None
            return None
        if header & LAST:
            self.turn = None
            return turn, self.body
        return None


# ---- values over a pipe (section 14) --------------------------------------------------------

GONE = 0
POWER_CUT, PRESSED, ROPE_IS_CUT, ROPE_IS_WHOLE, FLASH_FAILS, FLASH_WORKS = range(0xFFFF, 0xFFF9, -1)


def write_value(stream, value: bytes) -> None:
    """An empty value is a lost link or a hang-up."""
    stream.write(len(value).to_bytes(2, "big") + value)
    stream.flush()


def read_value(stream) -> bytes | int | None:
    """A value, GONE, what happens to a seal (POWER_CUT …), or None at the end of an unbuffered stream."""
    length = _read(stream, 2)
    size = int.from_bytes(length, "big")
    if len(length) < 2 or size == GONE or size >= FLASH_WORKS:
        return size if len(length) == 2 else None
    value = _read(stream, size)
    return value if len(value) == size else None


def _read(stream, size: int) -> bytes:
    read = b""
    while len(read) < size and (more := stream.read(size - len(read))):
        read += more
    return read
