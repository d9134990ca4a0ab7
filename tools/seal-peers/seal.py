"""A seal that speaks eseal/1, written from docs/seal-protocol.md alone.

`Seal` has no clock and no I/O: the caller says what time it is (`step`), what the phone wrote (`value`), and carries `out` to the
phone. Run as a program it speaks GATT values over standard input and output, like `seal-peer seal`.
"""

import argparse
import os
import queue
import struct
import sys
import threading
import time
import zlib
from collections import deque
from dataclasses import dataclass

from eseal import *

MOTOR_LIMIT, PRESENCE, APPROVAL, IDLE, FLOOR_SAVED = 10, 30, 300, 60, 900
NONCE_SHOWN, NONCE_GOOD = 600, 1200
REMEMBERED, FRESH = 16, 8
HANG_UP = None  # in `Seal.out`


class FlashFailed(Exception):
    pass


class Flash:
    """What survives a power cut (section 10): a ring of records and two snapshots."""

    SNAPSHOT = struct.Struct(">BIIIB192s")

    def __init__(self, slots: int = 2048) -> None:
        self.slots = slots
        self.ring: dict[int, bytes] = {}
        self.snapshots: list[bytes] = [b"", b""]
        self.broken = False

    @staticmethod
    def whole(raw: bytes) -> bool:
        return len(raw) > 4 and zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "big")

    def put(self, entry: bytes, head: bytes) -> None:
        if self.broken:
            raise FlashFailed
        raw = entry + head
        self.ring[int.from_bytes(entry[:4], "big") % self.slots] = raw + zlib.crc32(raw).to_bytes(4, "big")

    def record(self, counter: int) -> tuple[bytes, bytes] | None:
        raw = self.ring.get(counter % self.slots, b"")
        if not self.whole(raw) or int.from_bytes(raw[:4], "big") != counter:
            return None
        return raw[:48], raw[48:64]

    def newest(self) -> int:
        return max((int.from_bytes(raw[:4], "big") for raw in self.ring.values() if self.whole(raw)), default=0)

    def oldest(self) -> int:
        oldest = newest = self.newest()
        while oldest and newest - oldest < self.slots - 2 and self.record(oldest - 1):
            oldest -= 1
        return oldest

    def put_snapshot(self, floor: int, min_seq: int, tickets: dict[int, tuple[int, int]]) -> None:
        if self.broken:
            raise FlashFailed
        number = max((int.from_bytes(s[1:5], "big") for s in self.snapshots if self.whole(s)), default=0) + 1
        places = b"".join(struct.pack(">III", cti, first, exp) for cti, (first, exp) in tickets.items())
        raw = self.SNAPSHOT.pack(1, number, floor, min_seq, len(tickets), places)
        self.snapshots[number % 2] = raw + zlib.crc32(raw).to_bytes(4, "big")

    def snapshot(self) -> tuple[int, int, dict[int, tuple[int, int]]]:
        whole = [s for s in self.snapshots if self.whole(s)]
        if not whole:
            return 0, 0, {}
        _, _, floor, min_seq, count, places = self.SNAPSHOT.unpack(max(whole, key=lambda s: s[1:5])[:-4])
        tickets = {}
        for at in range(0, 12 * count, 12):
            cti, first, exp = struct.unpack_from(">III", places, at)
            tickets[cti] = (first, exp)
        return floor, min_seq, tickets


@dataclass
class Hardware:
    """Sensors and motor of a simulated seal; as in the known answers unless said otherwise."""

    rope_in: bool = True
    rope_whole: bool = True
    housing_closed: bool = True
    bolt: str = "open"  # open, between, closed
    battery: int = 87
    signal: int = 3
    place: tuple[int, int, int] | None = (208449110, 1066881130, 5)
    has_button: bool = True
    pressed_at: int | None = None
    firmware: bytes = b"\x01\x02\x03"
    arming_limit: int = 20
    moving_limit: int = 5
    motor_seconds: int = 1  # until the motor says it stopped
    motor_stuck: bool = False  # it stops with the bolt between its ends
    failing_parts: int = 0

    def place_bytes(self) -> bytes:
        return PLACE.pack(*(self.place or (UNKNOWN_PLACE, UNKNOWN_PLACE, UNKNOWN_ACCURACY)))


@dataclass
class Session:
    noise: object
    ticket: Claims
    good_until: int = 0
    proven: bool = False
    clock_was_set: bool = False


@dataclass
class Move:
    """A bolt on its way."""

    action: int
    command: bytes
    ticket: Claims
    approved: bool
    since: int
    asked_by: Session | None


class Seal:
    def __init__(
        self, keys: SealKeys, commissioned: int, hardware: Hardware, flash: Flash, *,
        now: int = 0, lost: bool = False, elapsed: int = 0, mtu: int = 247,
        random=os.urandom, ephemeral: bytes | None = None,
    ) -> None:  # fmt: skip
        """Boots. `elapsed` is what a clock with its own power says has passed since the newest time in flash."""
        self.keys, self.hardware, self.flash = keys, hardware, flash
        self.now, self.random, self.ephemeral, self.mtu = now, random, ephemeral, mtu
        self.out: deque[bytes | None] = deque()
        self.session: Session | None = None
        self.moving: Move | None = None
        self.approval: tuple[bytes, int] | None = None
        self.taken: deque[int] = deque(maxlen=FRESH)  # tickets taken with their nonce since boot
        self.clock_offset: int | None = None
        self.failed_parts = 0
        self.wrong = self.wrong_next = self.wrong_gap = 0
        self.heard = self.saved = now
        self.time_lost = lost
        self._connection()
        self.nonces: list[tuple[bytes, int]] = []
        self._new_nonce()

        floor, self.min_seq, self.tickets = flash.snapshot()
        self.counter = flash.newest()
        self.oldest = flash.oldest()
        self.head, self.armed, self.alarms = first_head(keys.id), False, 0
        if self.counter:
            raw, self.head = flash.record(self.counter)
            newest = Entry.decode(raw)
            self.armed, self.alarms = newest.armed, newest.alarms
            floor = max(floor, newest.floor)
        self.floor_base = max(commissioned, floor) + elapsed * 9995 // 10000
        self.floor_since = now
        self._find_commands()
        self._boot()

    # ---- boot (section 10) ------------------------------------------------------------------

    def _find_commands(self) -> None:
        self.ended: dict[bytes, int] = {}
        self.last_command: Entry | None = None
        begun = None
        for n in range(self.oldest, self.counter + 1) if self.counter else ():
            entry = Entry.decode(self.flash.record(n)[0])
            if entry.kind == ENDED:
                self.ended[entry.command[1]] = n
                self.last_command, begun = entry, None
            elif entry.kind == BEGUN:
                begun = entry
        self.interrupted = begun

    def _boot(self) -> None:
        begun, bolt = self.interrupted, self.hardware.bolt
        if begun is not None:
            if begun.detail == ARM:
                self.armed = bolt == "closed"
                if self.armed:
                    self.alarms = 0
            else:
                self.armed = bolt != "open"
            self._append(ENDED, begun.detail, INTERRUPTED, begun.body, begun.approved)
        if self.armed and self.time_lost:
            self.alarms |= ALARM_UNWATCHED
        self._append(POWER_BACK, body=self.hardware.place_bytes())
        self._watch()

    # ---- time (section 7) -------------------------------------------------------------------

    @property
    def floor(self) -> int:
        return self.floor_base + (self.now - self.floor_since) * 9995 // 10000

    def _raise_floor(self, iat: int) -> None:
        if iat > self.floor:
            self.floor_base, self.floor_since = iat, self.now

    @property
    def clock(self) -> int:
        return self.floor if self.clock_offset is None else self.clock_offset + self.now

    # ---- the log (section 9) ----------------------------------------------------------------

    def lock_state(self) -> int:
        bolt = self.hardware.bolt
        if bolt == "between":
            return JAMMED
        if self.armed:
            tampered = bolt == "open" or self.alarms & (ALARM_ROPE | ALARM_OPENED | ALARM_HOUSING)
            return TAMPERED if tampered else ARMED
        if bolt == "closed":
            return JAMMED
        return READY if self.hardware.rope_in else OPEN_STATE

    def _append(self, kind: int, detail: int = 0, outcome: int = 0, body: bytes = b"", approved: bool = False) -> bytes:
        """Writes an entry about what is now; its receipt."""
        flags = (self.clock_offset is not None) | self.time_lost << 1 | approved << 2 | self.armed << 3 | self.lock_state() << 4
        entry = Entry(
            self.counter + 1,
            kind,
            detail,
            outcome,
            flags,
            self.hardware.battery,
            self.alarms,
            self.clock & 0xFFFFFFFF,
            self.floor,
            body,
        )
        raw = entry.encode()
        head = next_head(self.head, raw)
        self.flash.put(raw, head)
        self.counter, self.head = entry.counter, head
        if self.oldest == 0:
            self.oldest = 1
        elif self.counter - self.oldest >= self.flash.slots - 1:
            self.oldest = self.counter - self.flash.slots + 2  # the spare one before it serves for its head
        if kind == ENDED:
            self.ended[entry.command[1]] = entry.counter
            self.last_command = Entry.decode(raw)
        return make_receipt(self.keys, raw, head)

    def happening(self, kind: int, detail: int = 0) -> None:
        """A sensor's event that this simulation does not find by itself (knock, position, route …)."""
        self._append(kind, detail, body=self.hardware.place_bytes())

    def _watch(self) -> None:
        if not self.armed or self.moving:
            return
        h = self.hardware
        for bit, kind, holds in (
            (ALARM_ROPE, ROPE, not (h.rope_in and h.rope_whole)),
            (ALARM_OPENED, BOLT, h.bolt == "open"),
            (ALARM_HOUSING, HOUSING, not h.housing_closed),
        ):
            if holds and not self.alarms & bit:
                self.alarms |= bit
                try:
                    self.happening(kind)
                except FlashFailed:
                    self.alarms &= ~bit  # seen again in the next step

    def _count_refusal(self) -> None:
        self.wrong += 1
        if self.now < self.wrong_next:
            return
        quiet = self.wrong_gap == 0 or self.now - self.wrong_next > 3600
        try:
            self.happening(WRONG_TICKET, min(self.wrong, 255))
        except FlashFailed:
            return
        self.wrong = 0
        self.wrong_gap = 1 if quiet else min(2 * self.wrong_gap, 3600)
        self.wrong_next = self.now + self.wrong_gap

    # ---- the link (section 12) --------------------------------------------------------------

    def _connection(self) -> None:
        self.gatherer = Gatherer()
        self.turn: int | None = None  # of the last whole message
        self.answer: list[bytes] | None = None
        self.owed = False

    def connected(self) -> None:
        self._connection()
        self.session = None
        self.heard = self.now

    def disconnected(self) -> None:
        self._connection()
        self.session = None

    def value(self, value: bytes) -> None:
        """The phone wrote one value."""
        self.heard = self.now
        if not value:
            return
        if value[0] & NUMBER == NUMBER:
            if len(value) == 3 and value[0] == NUMBER and value[1] == ASK_AGAIN:
                if self.answer is not None:
                    self.out.extend(self.answer[value[2] :])
                elif not self.owed:
                    self.out.append(bytes([NUMBER, HAVE_NONE, 0]))
            return
        if (value[0] >> 6 & 1) != self.turn:
            self.answer, self.owed = None, False  # to a question the phone has given up
        whole = self.gatherer.take(value)
        if whole is None:
            return
        turn, message = whole
        if turn == self.turn:
            self.out.extend(self.answer or ())
            return
        self.turn, self.answer, self.owed = turn, None, True
        self._message(message)

    def _say(self, message: bytes) -> None:
        if self.owed:
            self.answer, self.owed = fragments(message, self.turn, self.mtu), False
            self.out.extend(self.answer)

    def _hang_up(self) -> None:
        self.session = None
        self.out.append(HANG_UP)

    # ---- messages (sections 4 to 6) ---------------------------------------------------------

    def _message(self, message: bytes) -> None:
        try:
            reply = self._understand(message)
        except Refused as refusal:
            self.why = str(refusal)
            self.session = None
            self._count_refusal()
            self._say(REFUSAL)
            self._hang_up()
        else:
            if reply is not None:
                self._say(reply)

    def _understand(self, message: bytes) -> bytes | None:
        if message == bytes([HELLO]):
            if self.moving and self.moving.asked_by is self.session:
                self.session = None  # the phone gave up the answer it is owed
            return self._hello()
        kind = message[0] if message else None
        if kind == OPEN:
            return self._open(message)
        if kind == REQUEST and self.session is not None:
            return self._request(message[1:])
        raise Refused("no such message now")

    def _new_nonce(self) -> None:
        self.nonces.append((self.random(16), self.now))

    def _hello(self) -> bytes:
        if self.now - self.nonces[-1][1] >= NONCE_SHOWN:
            self._new_nonce()
        self.nonces = [n for n in self.nonces if self.now - n[1] < NONCE_GOOD]
        return (
            bytes([HELLO_REPLY, VERSION]) + self.keys.id + bytes([self.keys.epoch, self.time_lost])
            + self.nonces[-1][0] + bytes([self.lock_state(), self.hardware.battery])
        )  # fmt: skip

    def _nonce_good(self, nonce: bytes) -> bool:
        return any(n == nonce and self.now - born < NONCE_GOOD for n, born in self.nonces)

    def _check(self, t: Claims) -> int:
        """Section 6, steps 2 to 6: when the right ends."""
        floor = max(self.floor, t.iat)
        if t.exp <= floor:
            raise Refused("expired")
        if t.sequence < max(self.min_seq, t.min_seq):
            raise Refused("revoked")
        if t.nonce is not None and t.sequence not in self.taken and not self._nonce_good(t.nonce):
            raise Refused("nonce")
        first_use = floor
        if t.sequence in self.tickets:
            first_use = self.tickets[t.sequence][0]
            if first_use + t.exi <= floor:
                raise Refused("used up")
        else:
            live = self._live(floor, max(self.min_seq, t.min_seq))
            if len(live) >= REMEMBERED and t.sequence < min(live):
                raise Refused("no room")
        if t.exi == 0:
            raise Refused("exi")
        return min(t.exp, first_use + t.exi)

    def _live(self, floor: int, min_seq: int) -> dict[int, tuple[int, int]]:
        return {cti: use for cti, use in self.tickets.items() if use[1] > floor and cti >= min_seq}

    def _open(self, message: bytes) -> bytes:
        self.session = None
        if len(message) < 50 or message[1] != VERSION:
            raise Refused("version")
        ticket, first = message[2:-48], message[-48:]
        claims = open_ticket(self.keys, ticket)
        self._check(claims)
        noise = handshake(False, self.keys.id, ticket, claims.k_pop, self.ephemeral)
        try:
            if noise.read_message(first):
                raise Refused("payload")
            offer = struct.pack(">BBBII", self.lock_state(), self.time_lost, self.hardware.battery, self.counter, self.floor)
            second = bytes(noise.write_message(offer))
        except Refused:
            raise
        except Exception as error:  # a wrong tag, or an all-zero result
            raise Refused(f"handshake: {error}") from error
        self.session = Session(noise, claims)
        return bytes([OPENED]) + second

    def _request(self, sealed: bytes) -> bytes | None:
        s = self.session
        if self.moving and self.moving.asked_by is s:
            raise Refused("a request while an answer is owed")
        try:
            request = bytes(s.noise.decrypt(sealed))
        except Exception as error:
            raise Refused(f"request does not open: {error}") from error
        if not s.proven:
            s.good_until = self._check(s.ticket)
            try:
                self._take(s.ticket)
            except FlashFailed:
                return self._seal(bytes([DENIED, MEMORY_FAILED]))
            s.proven = True
        elif self.floor >= s.good_until or s.ticket.sequence < self.min_seq:
            raise Refused("the right is over")
        reply = self._carry_out(request)
        return None if reply is None else self._seal(reply)

    def _seal(self, plain: bytes) -> bytes:
        return bytes([REPLY]) + bytes(self.session.noise.encrypt(plain))

    def _take(self, t: Claims) -> None:
        """Section 6: the first request opened. Nothing lasting happens before this."""
        self._raise_floor(t.iat)
        if t.nonce is not None and t.sequence not in self.taken:
            shown = self.nonces[-1][0] == t.nonce
            self.nonces = [n for n in self.nonces if n[0] != t.nonce]
            if shown:
                self._new_nonce()
            self.taken.append(t.sequence)
            self.time_lost = False
        before = self.min_seq, dict(self.tickets)
        self.min_seq = max(self.min_seq, t.min_seq)
        self.tickets = {cti: use for cti, use in self.tickets.items() if cti >= self.min_seq}
        if t.sequence not in self.tickets:
            if len(self.tickets) >= REMEMBERED:
                self.tickets = self._live(self.floor, self.min_seq)
            if len(self.tickets) >= REMEMBERED:
                smallest = min(self.tickets)
                del self.tickets[smallest]
                self.min_seq = smallest + 1
            self.tickets[t.sequence] = (self.floor, t.exp)
        if before != (self.min_seq, self.tickets):
            try:
                self.flash.put_snapshot(self.floor, self.min_seq, self.tickets)
            except FlashFailed:
                self.min_seq, self.tickets = before
                raise

    # ---- requests (section 8) ---------------------------------------------------------------

    LENGTHS = {COMMAND: 18, STATE: 1, LOG: 6, SETTLE: 17, SET_CLOCK: 5}

    def _carry_out(self, r: bytes) -> bytes | None:
        if not r or len(r) != self.LENGTHS.get(r[0]) or (r[0] == COMMAND and r[17] not in (ARM, DISARM, TEST, APPROVE)):
            return bytes([DENIED, MALFORMED])
        try:
            if r[0] == COMMAND:
                return self._command(r[1:17], r[17])
            if r[0] == SET_CLOCK:
                return self._set_clock(int.from_bytes(r[1:5], "big"))
        except FlashFailed:
            return bytes([DENIED, MEMORY_FAILED])
        if not self.session.ticket.scope & READ:
            return bytes([DENIED, NOT_ALLOWED])
        if r[0] == STATE:
            return self._state()
        if r[0] == LOG:
            return self._page(int.from_bytes(r[1:5], "big"), r[5])
        return self._settled(r[1:17])

    def _receipt_of(self, counter: int) -> bytes:
        return make_receipt(self.keys, *self.flash.record(counter))

    def _kept(self, command: bytes) -> int | None:
        counter = self.ended.get(command)
        return counter if counter is not None and counter >= self.oldest else None

    def _settled(self, command: bytes) -> bytes:
        counter = self._kept(command)
        if counter is None:
            return bytes([DENIED, BUSY if self.moving else NOT_FOUND])
        return bytes([RECEIPT]) + self._receipt_of(counter)

    def _command(self, command: bytes, action: int) -> bytes | None:
        ticket, h = self.session.ticket, self.hardware
        counter = self._kept(command)
        if counter is not None:
            if Entry.decode(self.flash.record(counter)[0]).detail != action:
                return bytes([DENIED, ID_REUSED])
            return self._settled(command)
        if self.moving:
            return bytes([DENIED, BUSY])
        right = {ARM: ARM_RIGHT, DISARM: DISARM_RIGHT, APPROVE: DISARM_RIGHT, TEST: TEST_RIGHT}[action]
        if not ticket.scope & right:
            return bytes([DENIED, NOT_ALLOWED])
        if ticket.flags & NEEDS_PRESENCE and action != TEST:
            if h.pressed_at is None or self.now - h.pressed_at > PRESENCE:
                return bytes([DENIED, NO_PRESENCE])
        needs_second = bool(action == DISARM and (ticket.flags & NEEDS_SECOND or self.time_lost))
        if needs_second and not self._approved_for(ticket.officer):
            return bytes([DENIED, NO_SECOND if ticket.flags & NEEDS_SECOND else NO_FRESH])
        body = COMMAND_BODY.pack(ticket.sequence, command, ticket.officer)
        obstacle = self._obstacle(action)
        if action == TEST:
            self.failed_parts = h.failing_parts
            obstacle = TEST_FAILED if h.failing_parts else DONE
        if action == APPROVE:
            obstacle = DONE
        if obstacle is not None:
            receipt = self._append(ENDED, action, obstacle, body)
            if action == APPROVE:
                self.approval = (ticket.officer, self.now)
            return bytes([RECEIPT]) + receipt
        self._append(BEGUN, action, 0, body, needs_second)
        if needs_second:
            self.approval = None
        self.moving = Move(action, command, ticket, needs_second, self.now, self.session)
        h.bolt = "between"
        return None

    def _approved_for(self, officer: bytes) -> bool:
        return self.approval is not None and self.approval[0] != officer and self.now - self.approval[1] <= APPROVAL

    def _obstacle(self, action: int) -> int | None:
        h = self.hardware
        if action == ARM:
            checks = (
                (self.armed, ALREADY_SO), (not h.housing_closed, HOUSING_OPEN), (not h.rope_in, ROPE_OUT),
                (not h.rope_whole, ROPE_CUT), (h.battery < h.arming_limit, BATTERY_LOW),
            )  # fmt: skip
        elif action == DISARM:
            checks = ((not self.armed and h.bolt == "open", NOT_SEALED), (h.battery < h.moving_limit, BATTERY_LOW))
        else:
            checks = ()
        return next((outcome for holds, outcome in checks if holds), None)

    def _motor_stopped(self) -> None:
        m, h = self.moving, self.hardware
        before = self.armed, self.alarms
        if m.action == ARM:
            done = h.bolt == "closed" and h.rope_in
            if done:
                self.armed, self.alarms = True, 0
            outcome = DONE if done else ROPE_OUT if h.bolt == "closed" else MOTOR_STUCK
        else:
            done = h.bolt == "open"
            if done:
                self.armed = False
            outcome = DONE if done else MOTOR_STUCK
        try:
            receipt = self._append(
                ENDED, m.action, outcome, COMMAND_BODY.pack(m.ticket.sequence, m.command, m.ticket.officer), m.approved
            )
        except FlashFailed:
            self.armed, self.alarms = before  # tried again in the next step; until then nobody is told anything
            return
        self.moving = None
        self.heard = self.now
        if self.session is not None and self.session is m.asked_by:
            self._say(self._seal(bytes([RECEIPT]) + receipt))

    def _set_clock(self, wanted: int) -> bytes:
        s = self.session
        if not s.ticket.scope & (ARM_RIGHT | DISARM_RIGHT) or s.clock_was_set:
            return bytes([DENIED, NOT_ALLOWED])
        before, offset = self.clock, self.clock_offset
        s.clock_was_set = True
        if offset is not None and abs(before - wanted) <= 2:
            return bytes([CLOCK_SET])  # and leaves the clock: many small steps would move it unwritten
        self.clock_offset = wanted - self.now
        try:
            self._append(CLOCK, body=CLOCK_BODY.pack(s.ticket.sequence, before & 0xFFFFFFFF, s.ticket.officer))
        except FlashFailed:
            self.clock_offset, s.clock_was_set = offset, False
            raise
        return bytes([CLOCK_SET])

    def _state(self) -> bytes:
        h, last = self.hardware, self.last_command
        bits = (
            h.rope_in | h.rope_whole << 1 | h.housing_closed << 2 | (h.place is not None) << 3 | h.has_button << 4
            | (self.clock_offset is not None) << 5 | self.time_lost << 6
        )  # fmt: skip
        return SealState(
            self.keys.id, self.lock_state(), self.alarms, bits, h.battery, h.signal, self.failed_parts, h.firmware,
            self.clock & 0xFFFFFFFF, self.floor, self.counter, self.oldest, *PLACE.unpack(h.place_bytes()),
            last.command[1] if last else bytes(16), last.detail if last else 0, last.outcome if last else 0,
        ).encode()  # fmt: skip

    def _page(self, wanted: int, most: int) -> bytes:
        first = min(max(wanted, 1, self.oldest), self.counter + 1)
        count = min(max(most, 1), ENTRIES_A_PAGE, self.counter + 1 - first)
        before = self.flash.record(first - 1)
        head = first_head(self.keys.id) if first == 1 else before[1] if before else bytes(16)
        entries = b"".join(self.flash.record(n)[0] for n in range(first, first + count))
        receipt = self._receipt_of(first + count - 1) if count else b""
        return struct.pack(">BIB", PAGE, first, count) + head + entries + receipt

    # ---- time passes ------------------------------------------------------------------------

    def step(self, now: int) -> None:
        """At least every second while connected or moving. `now` is in ticks."""
        self.now = now
        if self.moving:
            m, h = self.moving, self.hardware
            if now - m.since >= min(h.motor_seconds, MOTOR_LIMIT):
                if not h.motor_stuck and h.motor_seconds <= MOTOR_LIMIT:
                    h.bolt = "closed" if m.action == ARM else "open"
                self._motor_stopped()
        self._watch()
        if now - self.saved >= FLOOR_SAVED:
            try:
                self.flash.put_snapshot(self.floor, self.min_seq, self.tickets)
                self.saved = now
            except FlashFailed:
                pass  # again in the next step
        if now - self.heard >= IDLE and not self.moving:
            self.heard = now
            self._hang_up()


def happens(what: int, seal: Seal) -> None:
    """What section 14's program can do to a seal, but for the power cut."""
    if what == PRESSED:
        seal.hardware.pressed_at = seal.now
    elif what in (ROPE_IS_CUT, ROPE_IS_WHOLE):
        seal.hardware.rope_whole = what == ROPE_IS_WHOLE
    else:
        seal.flash.broken = what == FLASH_FAILS
    seal.step(seal.now)


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--master", default="4d" * 32, help="hexadecimal; default: the known answers'")
    p.add_argument("--epoch", type=int, default=1)
    p.add_argument("--serial", default="83181010")
    p.add_argument("--commissioned", type=int, default=int(time.time()))
    p.add_argument("--lost", action="store_true", help="boots without knowing the time")
    p.add_argument("--mtu", type=int, default=247)
    p.add_argument("--battery", type=int, default=87)
    p.add_argument("--rope", choices=["in", "out"], default="in")
    p.add_argument("--motor", choices=["runs", "stuck"], default="runs")
    p.add_argument("--motor-seconds", type=int, default=0)
    o = p.parse_args()

    keys = SealKeys.from_master(bytes.fromhex(o.master), o.epoch, o.serial)
    hardware = Hardware(battery=o.battery, rope_in=o.rope == "in", motor_stuck=o.motor == "stuck", motor_seconds=o.motor_seconds)
    flash = Flash()
    start = time.monotonic()

    def ticks() -> int:
        return int(time.monotonic() - start)

    def boot(lost: bool) -> Seal:
        return Seal(keys, o.commissioned, hardware, flash, now=ticks(), lost=lost, mtu=o.mtu)

    values: queue.Queue = queue.Queue()
    stdin = open(0, "rb", buffering=0)

    def listen() -> None:
        while True:
            value = read_value(stdin)
            values.put(value)
            if value is None:
                return

    threading.Thread(target=listen, daemon=True).start()
    seal, up = boot(o.lost), False
    while True:
        try:
            value = values.get(timeout=0.2)
        except queue.Empty:
            seal.step(ticks())
        else:
            seal.step(ticks())
            if value is None:
                return
            if value == POWER_CUT:
                seal, up = boot(True), False
            elif type(value) is int and value >= FLASH_WORKS:
                happens(value, seal)
            elif value == GONE:
                seal.disconnected()
                up = False
            else:
                if not up:
                    seal.connected()
                    up = True
                seal.value(value)
        while seal.out:
            value = seal.out.popleft()
            if not up:
                continue
            write_value(sys.stdout.buffer, value or b"")
            if value is HANG_UP:
                seal.disconnected()
                seal.out.clear()
                up = False


if __name__ == "__main__":
    main()
