"""A Rust phone at a Python seal; the receipts that it prints are checked with another COSE."""

from bench import *
from both_seals import ask, logged, opened


def start(**options) -> PythonSeal:
    return PythonSeal(Options(**options))


def went(told: Told, *wanted: str) -> None:
    """The phone ended well and said each of these, in this order."""
    same((told.code, told.lines[-1:]), (0, told.lines[-1:]), "exit")
    said(told, *wanted)


def said(told: Told, *wanted: str) -> None:
    at = 0
    for text in wanted:
        found = next((n for n in range(at, len(told.lines)) if text in told.lines[n]), None)
        if found is None:
            raise Failed(f"the phone did not say {text!r}: " + " / ".join(line[:100] for line in told.lines))
        at = found + 1


def ended_badly(told: Told, error: str) -> None:
    same((told.code, told.lines[-1]), (1, f'Error: "{error}"'), "end")


def log_of(seal: PythonSeal) -> list[Entry]:
    return logged(opened(seal, officer="the.central"))


def shift_at_three_mtus() -> None:
    for mtu in (23, 185, 247):
        seal = start(mtu=mtu)
        told = rust_phone(seal, ticket(), f"hello,open,state,clock={NOW + 60},arm,again,settle,log,test,disarm,drop,open,state")
        went(
            told, "Hello(", "Opened(Opened { lock: Ready", "lock: Ready", "ClockSet", "does arm", "receipt", "does again", "receipt",
            "does settle", "receipt", "Page(", "does test", "receipt", "does disarm", "receipt", "does drop", "Opened(Opened { lock: Ready", "lock: Ready",
        )  # fmt: skip
        arm, again, settled, test, disarm = told.receipts
        same((again, settled), (arm, arm), "the same receipt")
        outcomes = [(r.verify(KEYS).detail, r.entry.outcome, r.entry.lock_state) for r in (arm, test, disarm)]
        same(outcomes, [(ARM, DONE, ARMED), (TEST, DONE, ARMED), (DISARM, DONE, READY)], "receipts")
        entries = log_of(seal)
        true(all(r.entry in entries for r in told.receipts), "receipts are of the log")
        same(len([e for e in entries if e.kind == BEGUN]), 2, "times the bolt moved")


def link_dropped_then_the_receipt() -> None:
    told = rust_phone(start(), ticket(), "open,arm,drop,open,settle,again")
    went(told, "does drop", "Opened(", "does settle", "receipt", "does again", "receipt")
    same(len(set(told.receipts)), 1, "one receipt")


def notifications_lost() -> None:
    """Each fragment of an answer, lost once: the phone asks for it again, for the last one after 2 s of silence."""
    for lost in range(1, 6):
        seal, seen = start(mtu=23), []

        def between(sender, value, lost=lost, seen=seen):
            if sender == "seal" and len(value) > 1:
                seen.append(value)
                if len(seen) == 2 + 4 + lost:  # HELLO's reply has 2, OPENED 4, the state 5
                    return None
            return value

        went(rust_phone(seal, ticket(), "hello,open,state,test", between), "State(", "receipt")


def questions_lost() -> None:
    """A piece of a question, or all of it, lost once: after the silence the seal gets it whole, and acts once."""
    for lost in ({0}, {1}, {0, 1}):
        seal, count = start(mtu=23), [0]

        def between(sender, value, lost=lost, count=count):
            if sender == "phone" and len(value) > 3:  # not HELLO, not a control value; OPEN has 10 fragments, then comes TEST
                count[0] += 1
                if count[0] - 11 in lost:
                    return None
            return value

        told = rust_phone(seal, ticket(), "hello,open,test,state", between)
        went(told, "does test", "receipt", "State(")
        true(count[0] > 13, "something was lost")
        same(len([e for e in log_of(seal) if e.kind == ENDED]), 1, "times tested")


def seal_that_says_nothing() -> None:
    """The phone asks five times, by turns for the answer and with the question, and then gives up."""
    asked = []

    def between(sender, value):
        if sender == "phone":
            asked.append(value)
        return None

    ended_badly(rust_phone(start(), ticket(), "hello", between), "the seal says nothing")
    again = bytes([NUMBER, ASK_AGAIN, 0])
    same([v for v in asked if v], [b"\x80\x10", again, b"\x80\x10", again, b"\x80\x10", again], "asked")


def answers_to_something_else() -> None:
    """An authentic answer that is about something else than was asked is none."""
    for do, other in (("test", STATE), ("state", SETTLE), ("log", STATE), (f"clock={NOW}", STATE), ("settle", SETTLE), ("state", SET_CLOCK)):
        seal = start()
        before = new_id()
        opened(seal).command(before, TEST)
        honest, lies = seal.seal._carry_out, []

        def lying(request: bytes, other=other, seal=seal, honest=honest, lies=lies, before=before):
            if do.split("=")[0] == "settle" and request[0] == COMMAND:
                return honest(request)
            lies.append(request)
            return honest(bytes([other]) + {STATE: b"", SETTLE: before, SET_CLOCK: (NOW + 50).to_bytes(4, "big")}[other])

        seal.seal._carry_out = lying
        ended_badly(rust_phone(seal, ticket(), "open,test,settle" if do == "settle" else f"open,{do}"), "Unreadable")
        same(len(lies), 1, do)


def help_tells_all_options() -> None:
    told = subprocess.run([PEER, "--help"], check=True, capture_output=True, text=True).stdout
    for option in ("--motor-seconds", "--rope", "--do", "--min-seq", "--lost", "65530", "again"):
        true(option in told, option)


def notifications_twice() -> None:
    seal = start(mtu=23)
    link_write = StreamLink.write

    def write_twice(link, value: bytes) -> None:
        link_write(link, value)
        if value:
            link_write(link, value)

    StreamLink.write = write_twice
    try:
        told = rust_phone(seal, ticket(), "hello,open,state,arm,log,disarm")
    finally:
        StreamLink.write = link_write
    went(told, "State(", "receipt", "Page(", "receipt")


def refused_tickets() -> None:
    good = ticket()
    for t in (
        ticket(iat=NOW - 50000),
        Ticket(good.bytes, bytes(32)),
        ticket(SealKeys.from_master(MASTER, 2, SERIAL)),
        moment(bytes(16)),
    ):
        seal = start()
        ended_badly(rust_phone(seal, t, "hello,open,state"), "Refused")
        same([e.kind for e in log_of(seal)], [POWER_BACK, WRONG_TICKET], "log")
    seal = start()
    ended_badly(rust_phone(seal, ticket(sequence=1, min_seq=2), "open"), "Refused")


def denials_in_words() -> None:
    for options, changed, do, wanted in (
        ({}, {"scope": READ}, "open,arm", "Denied(NotAllowed)"),
        ({}, {"scope": ARM_RIGHT}, "open,state", "Denied(NotAllowed)"),
        ({}, {"flags": NEEDS_PRESENCE}, "open,arm", "Denied(NeedsPresence)"),
        ({}, {"flags": NEEDS_SECOND}, "open,arm,disarm", "Denied(NeedsSecondOfficer)"),
        ({"lost": True}, {}, "open,arm,disarm", "Denied(NeedsFreshTicket)"),
    ):
        went(rust_phone(start(**options), ticket(**changed), do), wanted)
    seal = start(motor_seconds=10)
    phone = opened(seal)
    ask(phone, bytes([COMMAND]) + new_id() + bytes([ARM]))
    went(rust_phone(seal, ticket(), "open,test"), "Denied(Busy)")


def lost_clock_and_a_moment_ticket() -> None:
    seal = start(lost=True)
    went(rust_phone(seal, ticket(), "hello,open,arm,disarm"), "time_lost: true", "receipt", "Denied(NeedsFreshTicket)")
    nonce = seal.connect().hello().nonce
    fresh = minted(nonce.hex(), claims().sequence)
    told = rust_phone(seal, fresh, "open,disarm,state")
    went(told, "does disarm", "receipt", "time_lost: false")
    same((told.receipts[0].verify(KEYS).outcome, told.receipts[0].entry.time_lost), (DONE, False), "receipt")


def two_officers() -> None:
    seal = start(lost=True)
    went(rust_phone(seal, ticket(), "open,arm,approve,disarm"), "does approve", "receipt", "Denied(NeedsFreshTicket)")
    told = rust_phone(seal, minted("reserve", claims().sequence, "--officer", "binh.tran"), "open,disarm")
    went(told, "does disarm", "receipt")
    entry = told.receipts[0].verify(KEYS)
    same((entry.outcome, entry.approved, entry.time_lost), (DONE, True, True), "receipt")


def obstacle_has_a_receipt() -> None:
    told = rust_phone(start(rope_out=True), ticket(), "open,arm,again")
    went(told)
    same([r.verify(KEYS).outcome for r in told.receipts], [ROPE_OUT, ROPE_OUT], "receipts")


def changed_answers_are_not_the_seals() -> None:
    """A byte changed in OPENED or in a REPLY on the way: the phone believes none of it."""
    for message, first, length in ((2, "open", 60), (3, "open,state", 87)):
        for at in sorted({1, 2, length - 1} | {1 + secrets.randbelow(length - 1) for _ in range(5)}):
            count = [0]

            def between(sender, value, message=message, at=at, count=count):
                if sender == "seal" and len(value) > 1:
                    count[0] += 1
                    if count[0] == message:
                        return value[: at + 1] + bytes([value[at + 1] ^ 1 << secrets.randbelow(8)]) + value[at + 2 :]
                return value

            told = rust_phone(start(), ticket(), f"hello,{first},arm", between)
            ended_badly(told, "NotTheSeal")
            same(told.receipts, [], "receipts")


def another_seal_than_the_label_says() -> None:
    seal = PythonSeal(Options(), SealKeys.from_master(MASTER, 1, "83181011"))
    ended_badly(rust_phone(seal, ticket(), "hello,open"), "OtherSeal(SealId(83181011))")


SCENARIOS = [
    shift_at_three_mtus, link_dropped_then_the_receipt, notifications_lost, notifications_twice, questions_lost,
    seal_that_says_nothing, answers_to_something_else, help_tells_all_options, refused_tickets, denials_in_words,
    lost_clock_and_a_moment_ticket, two_officers, obstacle_has_a_receipt, changed_answers_are_not_the_seals,
    another_seal_than_the_label_says,
]  # fmt: skip
