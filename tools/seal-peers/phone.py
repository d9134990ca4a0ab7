"""A phone that speaks eseal/1, written from docs/seal-protocol.md alone.

`Phone` talks over a *link*: an object with `write(value)`, `read(seconds) -> value, None if nothing came, or GONE` and `close()`.
Run as a program it speaks GATT values over standard input and output, like `seal-peer phone`.
"""

import argparse
import os
import queue
import struct
import sys
import threading
from dataclasses import dataclass

from eseal import *

PATIENCE, MOTOR_PATIENCE = 2, 12
ATTEMPTS = 5


class LinkLost(Exception):
    pass


class Denied(Exception):
    """The seal understood and said no."""

    def __init__(self, reason: int) -> None:
        super().__init__(f"denied {reason:#x}")
        self.reason = reason


@dataclass(frozen=True)
class Hello:
    seal_id: bytes
    epoch: int
    time_lost: bool
    nonce: bytes
    lock_state: int
    battery: int

    @classmethod
    def decode(cls, m: bytes) -> "Hello":
        if len(m) != 38 or m[:2] != bytes([HELLO_REPLY, VERSION]) or m[19] > 1:
            raise ValueError("not a HELLO reply")
        return cls(m[2:18], m[18], bool(m[19]), m[20:36], m[36], m[37])


@dataclass(frozen=True)
class Offer:
    lock_state: int
    time_lost: bool
    battery: int
    newest: int
    floor: int


class Phone:
    """One connection to one seal."""

    def __init__(self, link, serial: str, mtu: int = 247, ephemeral: bytes | None = None, patience: int = PATIENCE) -> None:
        """`patience`: seconds of silence until it asks again; longer where a link loses nothing but may be slow."""
        self.link, self.serial, self.mtu, self.ephemeral, self.patience = link, serial, mtu, ephemeral, patience
        self.turn = 1  # the first message has turn 0
        self.noise = None

    # ---- values and messages ----------------------------------------------------------------

    def exchange(self, message: bytes, patience: int = 0) -> bytes:
        """Writes a message and gathers the answer, asking again for what the link swallowed."""
        self.turn ^= 1
        question = fragments(message, self.turn, self.mtu)
        self._write(question)
        lacks, body = 0, b""
        gap = False
        for attempt in range(ATTEMPTS):
            while True:
                value = self.link.read(max(self.patience, patience if attempt == 0 else 0))
                if value == GONE:
                    raise LinkLost
                if value is None:
                    break
                if not value:
                    continue
                header, number = value[0], value[0] & NUMBER
                if number == NUMBER:
                    if value == bytes([NUMBER, HAVE_NONE, 0]):
                        self._write(question)
                    continue
                if header >> 6 & 1 != self.turn or number < lacks:
                    continue
                if number > lacks:
                    if not gap:  # once; what still arrives of the old run is of no use
                        gap = True
                        self.link.write(bytes([NUMBER, ASK_AGAIN, lacks]))
                    continue
                gap = False
                lacks += 1
                body += value[1:]
                if header & LAST:
                    return body
            gap = False
            if attempt % 2 == 0:
                self.link.write(bytes([NUMBER, ASK_AGAIN, lacks]))
            else:
                # Same turn, so nothing is done twice; helps where the seal still shows the answer before.
                self._write(question)
        raise LinkLost

    def _write(self, values: list[bytes]) -> None:
        for value in values:
            self.link.write(value)

    def say(self, message: bytes, answer: int, length: int | None = None, patience: int = 0) -> bytes:
        reply = self.exchange(message, patience)
        if reply == REFUSAL:
            self.noise = None
            raise Refused("the seal refused")
        if reply[:1] != bytes([answer]) or (length is not None and len(reply) != length):
            raise ValueError(f"an answer that is none: {reply.hex()}")
        return reply

    # ---- a session --------------------------------------------------------------------------

    def hello(self) -> Hello:
        hello = Hello.decode(self.say(bytes([HELLO]), HELLO_REPLY, 38))
        if hello.seal_id != seal_id(self.serial):
            raise ValueError("another seal than the label says")
        return hello

    def open_message(self, ticket: bytes, k_pop: bytes) -> bytes:
        self.noise = handshake(True, seal_id(self.serial), ticket, k_pop, self.ephemeral)
        return bytes([OPEN, VERSION]) + ticket + bytes(self.noise.write_message())

    def open(self, ticket: bytes, k_pop: bytes) -> Offer:
        reply = self.say(self.open_message(ticket, k_pop), OPENED, 60)
        payload = bytes(self.noise.read_message(reply[1:]))
        state, lost, battery, newest, floor = struct.unpack(">BBBII", payload)
        return Offer(state, bool(lost), battery, newest, floor)

    def request(self, plain: bytes, patience: int = 0) -> bytes:
        if self.noise is None:
            raise Refused("no session")
        sealed = bytes(self.noise.encrypt(plain))
        reply = bytes(self.noise.decrypt(self.say(bytes([REQUEST]) + sealed, REPLY, patience=patience)[1:]))
        if reply[:1] == bytes([DENIED]) and len(reply) == 2:
            raise Denied(reply[1])
        return reply

    def _expect(self, kind: int, plain: bytes, patience: int = 0) -> bytes:
        reply = self.request(plain, patience)
        if reply[:1] != bytes([kind]):
            raise ValueError(f"an answer that is none: {reply.hex()}")
        return reply

    def command(self, command: bytes, action: int) -> Receipt:
        patience = MOTOR_PATIENCE if action in (ARM, DISARM) else 0
        receipt = Receipt(self._expect(RECEIPT, bytes([COMMAND]) + command + bytes([action]), patience)[1:])
        self._about(receipt, command, action)
        return receipt

    def settle(self, command: bytes, action: int | None = None) -> Receipt:
        receipt = Receipt(self._expect(RECEIPT, bytes([SETTLE]) + command)[1:])
        self._about(receipt, command, action)
        return receipt

    @staticmethod
    def _about(receipt: Receipt, command: bytes, action: int | None) -> None:
        entry = receipt.entry
        if entry.kind != ENDED or entry.command[1] != command or action not in (None, entry.detail):
            raise ValueError("the receipt of something else")

    def state(self) -> SealState:
        state = SealState.decode(self._expect(STATE_REPLY, bytes([STATE])))
        if state.seal_id != seal_id(self.serial):
            raise ValueError("another seal's state")
        return state

    def log(self, first: int = 1, most: int = 255) -> Page:
        return Page.decode(self._expect(PAGE, struct.pack(">BIB", LOG, first, most)))

    def whole_log(self, first: int = 1) -> list[Page]:
        pages = []
        while True:
            page = self.log(first)
            if not page.entries:
                return pages
            pages.append(page)
            first = page.first + len(page.entries)

    def set_clock(self, to: int) -> None:
        self._expect(CLOCK_SET, struct.pack(">BI", SET_CLOCK, to))

    def close(self) -> None:
        self.noise = None
        self.link.close()


class StreamLink:
    """Values over a pair of pipes."""

    def __init__(self, source, sink) -> None:
        self.sink = sink
        self.values: queue.Queue = queue.Queue()
        threading.Thread(target=self._listen, args=(source,), daemon=True).start()

    def _listen(self, source) -> None:
        while True:
            value = read_value(source)
            self.values.put(GONE if value is None else value)
            if value is None:
                return

    def write(self, value: bytes) -> None:
        try:
            write_value(self.sink, value)
        except BrokenPipeError as error:
            raise LinkLost from error

    def read(self, seconds: float):
        try:
            return self.values.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self) -> None:
        self.write(b"")


def main() -> int:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--ticket", required=True)
    p.add_argument("--k-pop", required=True)
    p.add_argument("--serial", default="83181010")
    p.add_argument("--mtu", type=int, default=247)
    p.add_argument(
        "--do", default="hello,open,state,arm,log,disarm,drop",
        help="hello, open, state, clock=T, arm, again, settle, log, test, approve, disarm, drop",
    )  # fmt: skip
    o = p.parse_args()

    phone = Phone(StreamLink(open(0, "rb", buffering=0), sys.stdout.buffer), o.serial, o.mtu)
    actions = {"arm": ARM, "disarm": DISARM, "test": TEST, "approve": APPROVE}
    last = (b"", 0)
    failed = 0
    for act in o.do.split(","):
        name, _, argument = act.partition("=")
        try:
            if name in actions:
                last = (os.urandom(16), actions[name])
            if name == "open":
                said = phone.open(bytes.fromhex(o.ticket), bytes.fromhex(o.k_pop))
            elif name in actions or name == "again":
                said = phone.command(*last)
            elif name == "settle":
                said = phone.settle(*last)
            elif name == "clock":
                said = phone.set_clock(int(argument))
            elif name == "drop":
                said = phone.close()
                phone = Phone(phone.link, o.serial, o.mtu)
            elif name == "log":
                said = phone.log()
            elif name in ("hello", "state"):
                said = getattr(phone, name)()
            else:
                p.error(f"no such act: {name}")
            print(name, said, file=sys.stderr)
        except (Denied, Refused, LinkLost) as error:
            print(name, type(error).__name__, error, file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
