"""A Rust and a Python seal side by side: the same random requests, the same answers, but for the times in them.

The seeds are fixed, so a difference shows again.
"""

import random
from dataclasses import replace

from bench import *


def without_times(entry: Entry) -> Entry:
    body = entry.body
    if entry.kind == CLOCK:
        body = body[:4] + bytes(4) + body[8:]
    return replace(entry, clock=0, floor=0, body=body)


def plain_answer(reply: bytes):
    """What both seals must agree on. A receipt's MAC and a page's chain are checked, not compared."""
    if reply[0] == RECEIPT:
        return "receipt", without_times(Receipt(reply[1:]).verify(KEYS))
    if reply[0] == PAGE:
        page = Page.decode(reply)
        page.verify(KEYS)
        return "page", page.first, [without_times(e) for e in page.decoded()]
    if reply[0] == STATE_REPLY:
        return "state", replace(SealState.decode(reply), clock=0, floor=0)
    return "bytes", reply


def difference(rust, python) -> str:
    if isinstance(rust, tuple) and isinstance(python, tuple) and rust[0] == python[0] == "page" and rust[1] == python[1]:
        for one, other in zip(rust[2], python[2], strict=False):
            if one != other:
                return f"{one}\n    {other}"
    return f"{rust}\n    {python}"


class Twins:
    def __init__(self, seed: int, **options) -> None:
        self.dice = random.Random(seed)
        self.seed = seed
        self.seals = [RustSeal(Options(**options)), PythonSeal(Options(**options), place=None)]  # seal-peer has no fix
        self.history: list[str] = []

    def end(self) -> None:
        for seal in self.seals:
            seal.end()

    def both(self, what: str, act):
        """The same act at both; its answer."""
        self.history.append(what)
        answers = []
        for which in (0, 1):
            try:
                answers.append(act(which))
            except Denied as denial:
                answers.append(("denied", hex(denial.reason)))
            except Refused:
                same(self.phones[which].link.read(20), GONE, "after REFUSED")
                answers.append("refused")
        if answers[0] != answers[1]:
            last = " / ".join(self.history[-8:])
            raise Failed(f"seed {self.seed}: {last}: Rust and Python differ in\n    {difference(*answers)}")
        return answers[0]

    def connect(self) -> None:
        self.phones = [seal.connect() for seal in self.seals]

    def power_cut(self) -> None:
        self.history.append("power cut")
        for seal in self.seals:
            seal.power_cut()
        self.connect()

    def open(self, tickets: list[Ticket], what: str):
        def act(which: int):
            offer = self.phones[which].open(tickets[which].bytes, tickets[which].k_pop)
            return replace(offer, floor=0)

        return self.both(f"open {what}", act)

    def request(self, plain: bytes):
        return self.both(plain.hex(), lambda which: plain_answer(self.phones[which].request(plain)))

    def hello(self):
        return self.both("hello", lambda which: replace(self.phones[which].hello(), nonce=b""))

    def nonces(self) -> list[bytes]:
        return [phone.hello().nonce for phone in self.phones]


def walk(seed: int, steps: int, **options) -> None:
    """Good tickets of every kind, any request, power cuts."""
    twins = Twins(seed, **options)
    dice = twins.dice
    commands: list[bytes] = []
    low = [0]
    try:
        twins.connect()

        def session() -> None:
            twins.connect()
            scope = dice.choice([15, 15, 15, dice.randrange(1, 16)])
            low[0] = max(low[0], claims().sequence - dice.randrange(1, 30)) if dice.random() < 0.2 else low[0]
            flags = dice.choice([0, 0, 0, NEEDS_SECOND, NEEDS_PRESENCE])
            c = claims(officer=dice.choice(["an", "binh", "chi"]), scope=scope, flags=flags, min_seq=low[0])
            each = [c, c]
            if dice.random() < 0.25:
                each = [replace(c, nonce=nonce, exp=NOW + 3600, exi=900) for nonce in twins.nonces()]
            twins.open(
                [Ticket(make_ticket(KEYS, x, secrets.token_bytes(9)), x.k_pop) for x in each], f"scope {scope} flags {flags}"
            )

        session()
        for _ in range(steps):
            roll = dice.random()
            if roll < 0.45:
                command = dice.choice(commands) if commands and dice.random() < 0.2 else dice.randbytes(16)
                commands.append(command)
                twins.request(bytes([COMMAND]) + command + bytes([dice.choice([ARM, ARM, DISARM, DISARM, TEST, APPROVE])]))
            elif roll < 0.55:
                command = dice.choice(commands) if commands and dice.random() < 0.8 else dice.randbytes(16)
                twins.request(bytes([SETTLE]) + command)
            elif roll < 0.65:
                twins.request(bytes([STATE]))
            elif roll < 0.73:
                twins.request(struct.pack(">BIB", LOG, dice.randrange(0, 60), dice.randrange(256)))
            elif roll < 0.77:
                twins.request(struct.pack(">BI", SET_CLOCK, NOW + 1000 * dice.randrange(1000)))
            elif roll < 0.82:
                twins.request(dice.randbytes(dice.randrange(0, 20)))
            elif roll < 0.86:
                twins.hello()
            elif roll < 0.97:
                session()
            else:
                twins.power_cut()
                session()
        twins.connect()
        t = ticket(min_seq=low[0])
        twins.open([t, t], "at the end")
        first = 1
        while (page := twins.request(struct.pack(">BIB", LOG, first, 255)))[2]:
            first += len(page[2])
    finally:
        twins.end()


def any_request_with_good_tickets() -> None:
    for seed in range(6):
        walk(seed, 150)


def any_request_after_the_time_is_lost() -> None:
    for seed in range(10, 14):
        walk(seed, 120, lost=True)


def any_request_with_the_rope_out() -> None:
    walk(20, 100, rope_out=True)


def any_request_with_a_stuck_motor() -> None:
    for seed in (30, 31):
        walk(seed, 120, motor_stuck=True)


def any_request_with_a_low_battery() -> None:
    for battery in (19, 4):
        walk(40 + battery, 100, battery=battery)


def ticket_walk(seed: int, steps: int) -> set:
    """Opens and uses tickets of any age, number and minimum. Times keep 500 s off each other, so a second more or less is nothing."""
    twins = Twins(seed, commissioned=NOW)
    dice = twins.dice
    made: dict[int, Ticket] = {}
    verdicts = set()
    now = 0

    def make(sequence: int) -> Ticket:
        made_at = now - dice.choice([0, 0, 0, 2, 10, 40])
        life = 1000 * dice.choice([1, 5, 40, 400]) + 500
        exi = dice.choice([0, 500, 2500, 10_500, 10_500, 100_500])
        min_seq = max(0, sequence - dice.randrange(-1, 60))
        return ticket(iat=NOW + 1000 * made_at, life=life, exi=exi, sequence=sequence, min_seq=min_seq)

    try:
        for _ in range(steps):
            if dice.random() < 0.05:
                twins.power_cut()
            now += dice.choice([0, 0, 0, 1, 1, 5])
            sequence = dice.randrange(1, 60)
            t = made.setdefault(sequence, make(sequence))
            twins.connect()
            # Wrong tickets are logged by the clock, so logs may differ here and answers are not compared; verdicts are.
            verdict = twins.both(f"open {open_ticket(KEYS, t.bytes)}", lambda which, t=t: open_only(twins.phones[which], t))
            if verdict == "opened" and dice.random() < 0.8:
                verdict = twins.both("use", lambda which: use_only(twins.phones[which]))
            verdicts.add(verdict)
    finally:
        twins.end()
    return verdicts


def open_only(phone: Phone, t: Ticket) -> str:
    phone.open(t.bytes, t.k_pop)
    return "opened"


def use_only(phone: Phone) -> str:
    phone.state()
    return "used"


def any_ticket() -> None:
    for seed in range(50, 54):
        same(ticket_walk(seed, 120), {"opened", "used", "refused"}, "verdicts seen")


SCENARIOS = [
    any_request_with_good_tickets, any_request_after_the_time_is_lost, any_request_with_the_rope_out, any_request_with_a_stuck_motor,
    any_request_with_a_low_battery, any_ticket,
]  # fmt: skip
