"""A Python phone at a seal, Rust or Python: the same scenarios must go the same way."""

import cbor2

from bench import *


def logged(phone: Phone, kinds: set[int] | None = None) -> list[Entry]:
    """The whole log, checked as the central does, newest last."""
    entries, head = [], None
    for page in phone.whole_log():
        page.verify(KEYS)
        true(head in (None, page.head), "pages do not join")
        head = page.receipt.head
        entries += page.decoded()
    return [e for e in entries if kinds is None or e.kind in kinds]


def opened(seal, t: Ticket | None = None, **changed) -> Phone:
    phone = seal.connect()
    t = t or ticket(**changed)
    phone.open(t.bytes, t.k_pop)
    return phone


def ask(phone: Phone, plain: bytes) -> None:
    """Sends a request and does not wait for its answer."""
    phone.turn ^= 1
    for value in fragments(bytes([REQUEST]) + bytes(phone.noise.encrypt(plain)), phone.turn, phone.mtu):
        phone.link.write(value)


def no_use(seal, t: Ticket) -> None:
    """The ticket is refused at OPEN."""
    phone = seal.connect()
    refused(phone, phone.open, t.bytes, t.k_pop)


# ---- a shift --------------------------------------------------------------------------------


def arm_read_disarm_at_three_mtus(start) -> None:
    for mtu in (23, 185, 247):
        seal = start(mtu=mtu)
        phone = seal.connect()
        true(not phone.hello().time_lost, "time lost")
        t = ticket()
        offer = phone.open(t.bytes, t.k_pop)
        same((offer.lock_state, offer.newest), (READY, 1), "offer")
        phone.set_clock(NOW + 60)
        first, second = new_id(), new_id()
        entry = phone.command(first, ARM).verify(KEYS)
        same((entry.outcome, entry.lock_state, entry.armed, entry.clock_set), (DONE, ARMED, True, True), "armed")
        same(entry.command[1:], (first, pseudonym(MASTER, "an.nguyen")), "who")
        state = phone.state()
        same((state.lock_state, state.command, state.action, state.outcome), (ARMED, first, ARM, DONE), "state")
        true(NOW + 60 <= state.clock < NOW + 120, "log clock")
        entry = phone.command(second, DISARM).verify(KEYS)
        same((entry.outcome, entry.lock_state, entry.armed), (DONE, READY, False), "disarmed")
        kinds = [(e.kind, e.detail) for e in logged(phone)]
        same(kinds, [(POWER_BACK, 0), (CLOCK, 0), (BEGUN, ARM), (ENDED, ARM), (BEGUN, DISARM), (ENDED, DISARM)], "log")
        phone.close()


def repeated_id_gets_the_same_receipt(start) -> None:
    seal = start()
    phone = opened(seal)
    command = new_id()
    receipt = phone.command(command, ARM)
    same(phone.command(command, ARM), receipt, "repeated")
    same(phone.settle(command, ARM), receipt, "settled")
    denied(ID_REUSED, phone.command, command, DISARM)
    phone = opened(seal, officer="binh.tran")
    same(phone.command(command, ARM), receipt, "repeated by another officer")
    seal.power_cut()
    phone = opened(seal)
    same(phone.command(command, ARM), receipt, "repeated after a power cut")
    same(len(logged(phone, {BEGUN})), 1, "times the bolt moved")


def lost_link_then_the_receipt(start) -> None:
    for how in ("settle", "repeat"):
        seal = start()
        phone = opened(seal)
        command = new_id()
        # The question goes out whole; the link is gone before the answer is read.
        sealed = bytes(phone.noise.encrypt(bytes([COMMAND]) + command + bytes([ARM])))
        for value in fragments(bytes([REQUEST]) + sealed, 1, 247):
            phone.link.write(value)
        phone.close()
        seal.pass_time()
        phone = opened(seal)
        receipt = phone.settle(command, ARM) if how == "settle" else phone.command(command, ARM)
        same(receipt.verify(KEYS).outcome, DONE, how)
        same(len(logged(phone, {BEGUN})), 1, "times the bolt moved")


def unknown_id_settles_as_not_found(start) -> None:
    phone = opened(start())
    command = new_id()
    denied(NOT_FOUND, phone.settle, command)
    denied(NOT_FOUND, phone.settle, command)
    same(phone.command(command, TEST).verify(KEYS).outcome, DONE, "first execution")
    phone.settle(command, TEST)


def log_in_pages(start) -> None:
    seal = start()
    phone = opened(seal)
    for _ in range(40):
        phone.command(new_id(), TEST)
    same([e.counter for e in logged(phone)], list(range(1, 42)), "counters")
    page = phone.log(7, 0)
    page.verify(KEYS)
    same((page.first, len(page.entries)), (7, 1), "0 counts as 1")
    same(len(phone.log(0, 255).entries), 18, "most")
    for wanted in (42, 43, 0xFFFFFFFF):
        page = phone.log(wanted, 5)
        same((page.first, page.entries, page.receipt), (42, (), None), "beyond the newest")
        same(page.head, phone.log(41, 1).receipt.head, "the newest head")


def oldest_entries_overwritten(start) -> None:
    seal = start()
    phone = opened(seal)
    first = new_id()
    phone.command(first, TEST)
    while phone.state().oldest == 1:
        true(phone.state().newest < 5000, "a log without an end")
        for _ in range(100):
            phone.command(new_id(), TEST)
    state = phone.state()
    page = phone.log(1, 18)
    same(page.first, state.oldest, "begins at the oldest")
    same(state.newest - state.oldest + 1, 2047, "entries kept in 2048 slots")
    page.verify(KEYS)  # from the head of the spare one
    denied(NOT_FOUND, phone.settle, first)
    same(logged_from(phone, page.first), list(range(page.first, state.newest + 1)), "counters")


def logged_from(phone: Phone, first: int) -> list[int]:
    return [e.counter for page in phone.whole_log(first) for e in page.decoded()]


def clock_set_once_in_a_session(start) -> None:
    seal = start()
    phone = opened(seal)
    same(phone.state().clock_set, False, "before")
    phone.set_clock(NOW + 100)
    denied(NOT_ALLOWED, phone.set_clock, NOW + 100)
    opened(seal).set_clock(0xFFFFFFFF)  # misdates, expires nothing
    phone = opened(seal)
    true(phone.state().floor < NOW + 3600, "floor")
    phone.set_clock(NOW + 200)
    entries = logged(phone, {CLOCK})
    same([e.clock for e in entries], [NOW + 100, 0xFFFFFFFF, NOW + 200], "clocks")
    before = [CLOCK_BODY.unpack(e.body)[1] for e in entries]
    true(NOW <= before[0] < NOW + 60, "the first clock before was the floor")
    true(NOW + 100 <= before[1] < NOW + 160, "clock before")
    near = opened(seal)
    near.set_clock(near.state().clock)
    same(len(logged(near, {CLOCK})), 3, "entries, after a clock that was right")


# ---- tickets --------------------------------------------------------------------------------


def wrong_tickets_get_one_code(start) -> None:
    seal = start()
    good = ticket()
    wrong = {
        "another seal's": ticket(SealKeys.from_master(MASTER, 1, "83181011")),
        "another master's": ticket(SealKeys.from_master(b"N" * 32, 1, SERIAL)),
        "another epoch's": ticket(SealKeys.from_master(MASTER, 2, SERIAL)),
        "without its secret": Ticket(good.bytes, bytes(32)),
        "with another's secret": Ticket(good.bytes, ticket().k_pop),
        "random": Ticket(secrets.token_bytes(129), good.k_pop),
        "empty": Ticket(b"", good.k_pop),
        "cut": Ticket(good.bytes[:-1], good.k_pop),
        "longer": Ticket(good.bytes + b"\0", good.k_pop),
        "huge": Ticket(good.bytes + bytes(700), good.k_pop),
    }
    for what, t in wrong.items():
        phone = seal.connect()
        refused_bytes(phone, phone.open_message(t.bytes, t.k_pop), what)
    phone = opened(seal, good)
    true(logged(phone, {WRONG_TICKET}), "wrong tickets are in the log")


def other_claims_are_refused(start) -> None:
    seal = start()
    plain = {
        EXP: NOW + 43200, IAT: NOW, CTI: bytes(2) + b"\x10\0", CNF: {1: {1: 4, -1: b"k" * 32}}, SCOPE: b"\x0f",
        EXI: 43200, MIN_SEQ: 0, OFFICER: pseudonym(MASTER, "an.nguyen"), FLAGS: 0,
    }  # fmt: skip

    def attempt(body: bytes) -> Ticket:
        return Ticket(make_ticket(KEYS, body, secrets.token_bytes(9)), b"k" * 32)

    def changed(**by_name) -> bytes:
        return cbor2.dumps(plain | {globals()[name]: value for name, value in by_name.items()})

    wrong = {
        "a scope of the future": changed(SCOPE=b"\x1f"), "two bytes of scope": changed(SCOPE=b"\x0f\0"),
        "no scope": changed(SCOPE=b""), "a flag of the future": changed(FLAGS=4), "a short number": changed(CTI=b"\0\x10\0"),
        "exp of 5 bytes": changed(EXP=1 << 32), "a float": changed(EXI=900.0), "a negative": changed(MIN_SEQ=-1),
        "text": changed(OFFICER="12345678"), "a short pseudonym": changed(OFFICER=b"1234567"),
        "another kind of key": changed(CNF={1: {1: 2, -1: b"k" * 32}}), "a short key": changed(CNF={1: {1: 4, -1: b"k" * 31}}),
        "more in the key": changed(CNF={1: {1: 4, -1: b"k" * 32, 3: 5}}), "exi 0": changed(EXI=0),
        "a byte after": cbor2.dumps(plain) + b"\0", "an issuer": cbor2.dumps({1: "central"} | plain),
        "an unknown claim last": cbor2.dumps(plain | {-70006: 0}), "not a map": cbor2.dumps([1]),
        "an indefinite map": b"\xbf" + cbor2.dumps(plain)[1:] + b"\xff", "nothing": b"",
        "a nonce of 15": cbor2.dumps({k: v for k, v in plain.items() if k != FLAGS} | {NONCE: bytes(15), FLAGS: 0}),
        "a tagged map": b"\xd8\x3d" + cbor2.dumps(plain),
    }  # fmt: skip
    for key in plain:
        wrong[f"without {key}"] = cbor2.dumps({k: v for k, v in plain.items() if k != key})
        if key != FLAGS:
            wrong[f"{key} last"] = cbor2.dumps({k: v for k, v in plain.items() if k != key} | {key: plain[key]})
    for what, body in wrong.items():
        try:
            no_use(seal, attempt(body))
        except Failed as failure:
            raise Failed(f"{what}: {failure}") from failure
    opened(seal, attempt(cbor2.dumps(plain))).state()


def claims_in_long_form_are_refused(start) -> None:
    """Section 3: deterministic CBOR has one encoding for each number; a ticket in another was never the central's."""
    good = claims(min_seq=0)
    plain = good.encode()
    for body in (
        plain.replace(b"\x00\x01\x11\x71\x00", b"\x00\x01\x11\x71\x18\x00"), b"\xa9\x18\x04" + plain[2:], b"\xb8\x09" + plain[1:],
    ):  # fmt: skip
        true(body != plain and cbor2.loads(body) == cbor2.loads(plain), "the same claims in another form")
        no_use(start(), Ticket(make_ticket(KEYS, body, bytes(9)), good.k_pop))


def number_zero_is_refused(start) -> None:
    """Section 3: sequence numbers are from 1."""
    plain = cbor2.loads(claims().encode()) | {CTI: bytes(4)}
    no_use(start(), Ticket(make_ticket(KEYS, cbor2.dumps(plain), bytes(9)), plain[CNF][1][-1]))


def expired_and_revoked_tickets(start) -> None:
    seal = start(commissioned=NOW)
    no_use(seal, ticket(iat=NOW - 50000))
    no_use(seal, ticket(exp=NOW))  # its last second is over
    no_use(seal, ticket(iat=NOW + 100, exp=NOW + 100))
    no_use(seal, ticket(sequence=7, min_seq=8))  # revokes itself
    old, new = ticket(sequence=3000), ticket(sequence=3002, min_seq=3001)
    opened(seal, old).state()
    phone = opened(seal, new)
    opened(seal, old).state()  # OPEN alone revokes nothing
    opened(seal, new).state()
    no_use(seal, old)
    seal.power_cut()
    no_use(seal, old)
    opened(seal, ticket(sequence=3001)).state()
    del phone


def later_iat_moves_the_floor(start) -> None:
    seal = start(commissioned=NOW - 100000)
    early = ticket(iat=NOW - 50000)  # its exp is NOW − 6800
    opened(seal, early).state()
    phone = opened(seal)  # OPEN of today's ticket …
    opened(seal, early).state()  # … proves nothing
    phone = opened(seal)
    true(phone.state().floor >= NOW, "floor")
    no_use(seal, early)
    seal.power_cut()
    no_use(seal, early)


def right_ends_in_the_session(start) -> None:
    seal = start(commissioned=NOW)
    t = ticket(exi=2)
    phone = opened(seal, t)
    phone.state()
    for _ in range(200):
        seal.pass_time()
        try:
            phone.state()
        except Refused:
            break
    else:
        raise Failed("exi never ends")
    no_use(seal, t)
    seal.power_cut()
    no_use(seal, t)


def sixteen_tickets_are_remembered(start) -> None:
    seal = start()
    base = 5000
    several = [ticket(sequence=base + n) for n in range(17)]
    for t in several[:16]:
        opened(seal, t).state()
    no_use(seal, ticket(sequence=base - 1))  # no room for an older one
    opened(seal, several[0]).state()
    opened(seal, several[16]).state()  # the smallest makes room …
    no_use(seal, several[0])  # … and never counts as new
    seal.power_cut()
    no_use(seal, several[0])
    for t in several[1:]:
        opened(seal, t).state()


def tickets_from_the_rust_central(start) -> None:
    kinds = {
        "shift": (0, 43200, 43200), "reserve": (NEEDS_SECOND, 604800, 43200),
    }  # fmt: skip
    for kind, (flags, life, exi) in kinds.items():
        t = minted(kind, claims().sequence, "--officer", "binh.tran", "--scope", "7", "--min-seq", "1")
        c = open_ticket(KEYS, t.bytes)
        same((c.exp - c.iat, c.exi, c.flags, c.scope, c.min_seq), (life, exi, flags, 7, 1), kind)
        same((c.k_pop, c.officer), (t.k_pop, pseudonym(MASTER, "binh.tran")), kind)
        opened(start(), t).state()
    seal = start(lost=True)
    nonce = seal.connect().hello().nonce
    t = minted(nonce.hex(), claims().sequence)
    c = open_ticket(KEYS, t.bytes)
    same((c.exp - c.iat, c.exi, c.nonce), (900, 900, nonce), "moment")
    same(opened(seal, t).state().time_lost, False, "time lost")


# ---- rights ---------------------------------------------------------------------------------


def rights_of_every_scope(start) -> None:
    for scope in range(16):
        seal = start()
        phone = opened(seal, scope=scope)

        def may(right: int, act, *args) -> None:
            if scope & right:
                act(*args)
            else:
                denied(NOT_ALLOWED, act, *args)

        may(READ, phone.state)
        may(READ, phone.log)
        command = new_id()
        may(TEST_RIGHT, phone.command, command, TEST)
        if scope & READ and scope & TEST_RIGHT:
            phone.settle(command, TEST)
        elif scope & READ:
            denied(NOT_FOUND, phone.settle, command)
        else:
            denied(NOT_ALLOWED, phone.settle, command)
        may(ARM_RIGHT, phone.command, new_id(), ARM)
        may(DISARM_RIGHT, phone.command, new_id(), APPROVE)
        may(DISARM_RIGHT, phone.command, new_id(), DISARM)
        may(ARM_RIGHT | DISARM_RIGHT, phone.set_clock, NOW)


def requests_that_are_none(start) -> None:
    phone = opened(start())
    for request in (
        b"", b"\0", b"\1", b"\2\0", b"\3", bytes(6) + b"\3", b"\3\0\0\0\1", b"\3\0\0\0\1\1\1", b"\4", b"\5\0\0\0", b"\6", b"\x80",
        b"\1" + bytes(16) + b"\0", b"\1" + bytes(16) + b"\5", b"\1" + bytes(17) + b"\0", b"\2" * 900,
    ):  # fmt: skip
        denied(MALFORMED, phone.request, request)
    phone.state()
    same([e.kind for e in logged(phone)], [POWER_BACK], "nothing logged")


def presence_is_asked_for(start) -> None:
    seal = start()
    phone = opened(seal, flags=NEEDS_PRESENCE)
    command = new_id()
    denied(NO_PRESENCE, phone.command, command, ARM)
    denied(NO_PRESENCE, phone.command, new_id(), APPROVE)
    phone.command(command, TEST)  # a test needs none, and the denied id is free
    seal.happens(PRESSED)
    same(phone.command(new_id(), ARM).verify(KEYS).outcome, DONE, "after a press of the button")


def second_officer(start) -> None:
    seal = start()
    opened(seal).command(new_id(), ARM)
    an = opened(seal, flags=NEEDS_SECOND)
    command = new_id()
    denied(NO_SECOND, an.command, command, DISARM)
    an.command(new_id(), APPROVE)
    denied(NO_SECOND, an.command, command, DISARM)  # the same officer is no second
    approval = opened(seal, officer="binh.tran").command(new_id(), APPROVE).verify(KEYS)
    same((approval.detail, approval.outcome, approval.approved), (APPROVE, DONE, False), "approval")
    an = opened(seal, flags=NEEDS_SECOND)
    entry = an.command(command, DISARM).verify(KEYS)
    same((entry.outcome, entry.approved), (DONE, True), "disarmed")
    true(all(e.approved for e in logged(an, {BEGUN}) if e.detail == DISARM), "begun says so as well")
    an.command(new_id(), ARM)
    denied(NO_SECOND, an.command, new_id(), DISARM)  # used up


def approval_is_marked_where_it_was_used(start) -> None:
    """Section 9: bit 2 says that an approval was needed and used up. An obstacle (section 8, step 6) uses none up."""
    seal = start(lost=True)
    opened(seal, officer="binh.tran").command(new_id(), APPROVE)
    phone = opened(seal)
    obstacle = phone.command(new_id(), DISARM).verify(KEYS)
    same(obstacle.outcome, NOT_SEALED, "disarm of an open seal")
    phone.command(new_id(), ARM)
    disarmed = phone.command(new_id(), DISARM).verify(KEYS)
    same((obstacle.approved, disarmed.approved), (False, True), "one approval, marked once")
    same(len({e.command[1] for e in logged(phone) if e.approved}), 1, "commands marked in the log")


def later_approval_replaces_the_one_before(start) -> None:
    seal = start(lost=True)
    opened(seal).command(new_id(), ARM)
    opened(seal, officer="an.nguyen").command(new_id(), APPROVE)
    binh = opened(seal, officer="binh.tran")
    binh.command(new_id(), APPROVE)
    denied(NO_FRESH, binh.command, new_id(), DISARM)  # an.nguyen's is gone
    chi = opened(seal, officer="chi.le")
    same(chi.command(new_id(), DISARM).verify(KEYS).approved, True, "disarmed")
    chi.command(new_id(), ARM)
    denied(NO_FRESH, opened(seal).command, new_id(), DISARM)  # two approvals, one use


def lost_clock_and_a_moment_ticket(start) -> None:
    seal = start(lost=True)
    phone = seal.connect()
    nonce = phone.hello().nonce
    t = ticket()
    same(phone.open(t.bytes, t.k_pop).time_lost, True, "offer")
    same(phone.state().time_lost, True, "state")
    phone.command(new_id(), TEST)
    entry = phone.command(new_id(), ARM).verify(KEYS)
    same((entry.outcome, entry.time_lost), (DONE, True), "armed")
    denied(NO_FRESH, phone.command, new_id(), DISARM)
    no_use(seal, moment(bytes(16)))
    fresh = moment(nonce)
    opened(seal, fresh)  # OPEN alone spends nothing
    same(seal.connect().hello().nonce, nonce, "nonce")
    phone = opened(seal, fresh)
    same(phone.state().time_lost, False, "time lost after the ticket")
    hello = phone.hello()
    true(hello.nonce != nonce and not hello.time_lost, "a new nonce")
    entry = phone.command(new_id(), DISARM).verify(KEYS)
    same((entry.outcome, entry.time_lost, entry.approved), (DONE, False, False), "disarmed")
    opened(seal, fresh).state()  # the same ticket again, in this boot
    no_use(seal, moment(nonce))  # another for the spent nonce
    seal.power_cut()
    no_use(seal, fresh)


def lost_clock_and_two_officers(start) -> None:
    seal = start(lost=True)
    phone = opened(seal)
    phone.command(new_id(), ARM)
    denied(NO_FRESH, phone.command, new_id(), DISARM)
    phone.command(new_id(), APPROVE)
    denied(NO_FRESH, phone.command, new_id(), DISARM)
    entry = opened(seal, officer="binh.tran").command(new_id(), DISARM).verify(KEYS)
    same((entry.outcome, entry.time_lost, entry.approved), (DONE, True, True), "disarmed")


def obstacles(start) -> None:
    phone = opened(start())
    same(phone.command(new_id(), DISARM).verify(KEYS).outcome, NOT_SEALED, "disarm")
    phone.command(new_id(), ARM)
    same(phone.command(new_id(), ARM).verify(KEYS).outcome, ALREADY_SO, "arm")
    phone = opened(start(rope_out=True))
    same(phone.state().lock_state, OPEN_STATE, "state")
    receipt = phone.command(new_id(), ARM)
    same(receipt.verify(KEYS).outcome, ROPE_OUT, "arm")
    same(phone.command(receipt.entry.command[1], ARM), receipt, "repeated")
    same(logged(phone, {BEGUN}), [], "nothing begun")
    for battery, outcome in ((19, BATTERY_LOW), (20, DONE)):
        phone = opened(start(battery=battery))
        same(phone.command(new_id(), ARM).verify(KEYS).outcome, outcome, f"arm at {battery} %")
    phone = opened(start(motor_stuck=True))
    entry = phone.command(new_id(), ARM).verify(KEYS)
    same((entry.outcome, entry.lock_state, entry.armed), (MOTOR_STUCK, JAMMED, False), "arm")
    same(phone.command(new_id(), DISARM).verify(KEYS).outcome, MOTOR_STUCK, "disarm of a jammed seal is tried")


# ---- while the bolt moves, and a memory that fails ------------------------------------------


def moving_bolt(start) -> None:
    """Busy, whichever id moves; a lost link stops nothing."""
    seal = start(motor_seconds=4)
    phone = opened(seal)
    command, never = new_id(), new_id()
    ask(phone, bytes([COMMAND]) + command + bytes([ARM]))
    other = opened(seal, officer="binh.tran")
    denied(BUSY, other.command, new_id(), TEST)
    denied(BUSY, other.command, command, ARM)
    denied(BUSY, other.settle, command)
    denied(BUSY, other.settle, never)
    same(other.state().lock_state, JAMMED, "between")
    seal.pass_time(5)
    same(other.settle(command, ARM).verify(KEYS).outcome, DONE, "settled")
    denied(NOT_FOUND, other.settle, never)


def anything_else_while_an_answer_is_owed(start) -> None:
    """It ends the session, and no answer comes late. HELLO and OPEN are answered as ever."""
    for what in ("request", "hello", "open"):
        seal = start(motor_seconds=2)
        t = ticket()
        phone = opened(seal, t)
        command = new_id()
        ask(phone, bytes([COMMAND]) + command + bytes([ARM]))
        if what == "request":
            refused(phone, phone.state)
        elif what == "hello":
            phone.hello()
            seal.pass_time(3)
            same(phone.link.read(0), None, "a late answer")
            refused(phone, phone.state)
        else:
            phone.open(t.bytes, t.k_pop)
            seal.pass_time(3)
            same(phone.link.read(0), None, "a late answer")
            same(phone.state().command, command, "the new session knows it")
        seal.pass_time(3)
        same(opened(seal).settle(command, ARM).verify(KEYS).outcome, DONE, what)


def rope_cut_while_armed(start) -> None:
    seal = start()
    phone = opened(seal)
    phone.command(new_id(), ARM)
    seal.happens(ROPE_IS_CUT)
    seal.happens(ROPE_IS_WHOLE)
    seal.happens(ROPE_IS_CUT)
    same((phone.state().lock_state, phone.state().alarms), (TAMPERED, ALARM_ROPE), "state")
    same([e.alarms for e in logged(phone, {ROPE})], [ALARM_ROPE], "written once")
    same(phone.command(new_id(), DISARM).verify(KEYS).outcome, DONE, "always opens")
    same(phone.command(new_id(), ARM).verify(KEYS).outcome, ROPE_CUT, "arm")


def flash_that_fails(start) -> None:
    seal = start()
    phone = opened(seal)
    before = phone.state()
    seal.happens(FLASH_FAILS)
    command = new_id()
    denied(MEMORY_FAILED, phone.command, command, ARM)
    denied(MEMORY_FAILED, phone.set_clock, NOW + 5000)
    state = phone.state()
    same((state.lock_state, state.newest, state.clock_set), (READY, 1, False), "nothing was done")
    true(state.clock - before.clock < 60, "the clock is as it was")
    late = opened(seal)
    denied(MEMORY_FAILED, late.state)  # its first use cannot be remembered,
    denied(MEMORY_FAILED, late.state)  # nor later
    seal.happens(FLASH_WORKS)
    late.state()
    late.set_clock(NOW + 5000)
    same(late.command(command, ARM).verify(KEYS).outcome, DONE, "arm")


def flash_that_fails_while_the_bolt_moves(start) -> None:
    """Once the motor has run, no phone hears that nothing was done: the end is written when it can be."""
    seal = start(motor_seconds=2)
    t = ticket(officer="binh.tran")
    opened(seal, t).state()
    phone = opened(seal)
    command, never = new_id(), new_id()
    ask(phone, bytes([COMMAND]) + command + bytes([ARM]))
    seal.happens(FLASH_FAILS)
    seal.pass_time(4)
    same(phone.link.read(0), None, "an answer that is not written")
    other = opened(seal, t)
    denied(BUSY, other.settle, command)
    denied(BUSY, other.settle, never)
    denied(BUSY, other.command, command, ARM)
    seal.happens(FLASH_WORKS)
    seal.pass_time(2)
    entry = other.settle(command, ARM).verify(KEYS)
    same((entry.outcome, entry.lock_state), (DONE, ARMED), "settled")
    same([e.outcome for e in logged(other, {ENDED})], [DONE], "ended once")


# ---- attacks --------------------------------------------------------------------------------


def replayed_session(start) -> None:
    """Everything a listener recorded, played again: an OPENED, then one refusal, and nothing happens."""
    seal = start()
    phone = seal.connect()
    recorded = []
    link = phone.link

    class Listener:
        def write(self, value: bytes) -> None:
            recorded.append(value)
            link.write(value)

        read, close = staticmethod(link.read), staticmethod(link.close)

    phone.link = Listener()
    t = ticket()
    phone.open(t.bytes, t.k_pop)
    phone.command(new_id(), ARM)
    phone.command(new_id(), DISARM)
    before = phone.state()

    replay = seal.connect()
    gatherer, messages = Gatherer(), []
    for value in recorded:
        whole = gatherer.take(value)
        if whole:
            messages.append(whole[1])
    same(replay.exchange(messages[0])[0], OPENED, "a recorded OPEN")
    refused_bytes(replay, messages[1], "a recorded REQUEST")
    for message in messages[1:]:
        refused_bytes(seal.connect(), message, "a REQUEST without a session")
    phone = opened(seal)
    state = phone.state()
    same((state.lock_state, state.command), (before.lock_state, before.command), "state")
    same(len(logged(phone, {BEGUN})), 2, "times the bolt moved")

    again = phone.noise.encrypt(bytes([STATE]))
    same(phone.exchange(bytes([REQUEST]) + again)[0], REPLY, "once")
    refused_bytes(phone, bytes([REQUEST]) + again, "a request said twice")
    no_session = phone.noise.encrypt(bytes([STATE]))
    refused_bytes(seal.connect(), bytes([REQUEST]) + no_session, "after a refusal the session is gone")


def mutated_messages_get_one_code(start) -> None:
    """Each byte of each message changed, cut and lengthened: always the same two bytes."""
    seal = start()
    t = ticket()

    def changed(message: bytes, at: int) -> bytes:
        # The type's bits are chosen so that it becomes no other type.
        bit = {OPEN: 4, REQUEST: 8}[message[0]] if at == 0 else 1 << secrets.randbelow(8)
        return message[:at] + bytes([message[at] ^ bit]) + message[at + 1 :]

    def request() -> tuple[Phone, bytes]:
        phone = opened(seal, t)
        return phone, bytes([REQUEST]) + bytes(phone.noise.encrypt(bytes([STATE])))

    whole = seal.connect().open_message(t.bytes, t.k_pop)
    for at in range(len(whole)):
        refused_bytes(seal.connect(), changed(whole, at), f"OPEN, byte {at}")
    for length in (0, 1, 2, 49, 50, len(whole) - 1):
        refused_bytes(seal.connect(), whole[:length], f"OPEN of {length} bytes")
    refused_bytes(seal.connect(), whole + b"\0", "OPEN and a byte")
    for at in range(18):
        phone, message = request()
        refused_bytes(phone, changed(message, at), f"REQUEST, byte {at}")
    for length in (1, 2, 16, 17):
        phone, message = request()
        refused_bytes(phone, message[:length], f"REQUEST of {length} bytes")
    for message in (b"\x10\0", b"\x11", b"\x02", b"\x04", b"\x0f\1", b"\0", b"\xff", b"\x12"):
        refused_bytes(seal.connect(), message, f"message {message.hex()}")
    same(opened(seal, t).state().lock_state, READY, "a good ticket never waits")


def weak_ephemeral_keys(start) -> None:
    """A public key of small order gives an all-zero result, which must be refused although the psk is right."""
    seal = start()
    for weak in (bytes(32), b"\1" + bytes(31)):
        t = ticket()
        phone = seal.connect()
        noise = handshake(True, KEYS.id, t.bytes, t.k_pop, b"1" * 32)
        noise.noise_protocol.handshake_state.e.public_bytes = weak
        refused_bytes(phone, bytes([OPEN, VERSION]) + t.bytes + bytes(noise.write_message()), weak.hex())


def hello_at_any_time_and_open_in_the_middle(start) -> None:
    seal = start()
    phone = opened(seal)
    nonce = phone.hello().nonce
    phone.state()
    same(phone.hello().nonce, nonce, "nonce")
    phone.state()
    old = phone.noise
    t = ticket()
    phone.open(t.bytes, t.k_pop)
    phone.state()
    phone.open(t.bytes, t.k_pop)
    refused_bytes(phone, bytes([REQUEST]) + bytes(old.encrypt(bytes([STATE]))), "the session before")


# ---- fragments and power --------------------------------------------------------------------


def fragments_lost_and_repeated(start) -> None:
    seal = start(mtu=23)
    phone = opened(seal)

    def heard(*values: bytes, count: int = 0) -> list[bytes]:
        """What the seal notifies after these: `count` values, then nothing."""
        for value in values:
            phone.link.write(value)
        got = [phone.link.read(20) for _ in range(count)]
        same(phone.link.read(0.1), None, "too much")
        return got

    sealed = bytes([REQUEST]) + bytes(phone.noise.encrypt(bytes([STATE])))
    question = fragments(sealed, 1, 23)
    answer = heard(*question, count=5)
    same([v[0] for v in answer], [0x40, 0x41, 0x42, 0x43, 0xC4], "headers of the answer")
    same([len(v) for v in answer[:-1]], [20] * 4, "all but the last are full")
    same(heard(*question, count=5), answer, "the question again: the answer again")
    for n in range(5):
        same(heard(bytes([NUMBER, ASK_AGAIN, n]), count=5 - n), answer[n:], f"again from {n}")
    same(heard(bytes([NUMBER, ASK_AGAIN, 5])), [], "beyond the last")
    for ignored in ("3f", "3f01", "3f010000", "3f0300", "3f0200", "bf0100", "7f0100", "ff"):
        same(heard(bytes.fromhex(ignored)), [], f"control {ignored}")
    reply = bytes(phone.noise.decrypt(b"".join(v[1:] for v in answer)[1:]))
    SealState.decode(reply)

    # The next question, with every fault on its way to the seal.
    sealed = bytes([REQUEST]) + bytes(phone.noise.encrypt(bytes([LOG, 0, 0, 0, 1, 1])))
    a, b = fragments(sealed, 0, 23)
    same(heard(b), [], "the last alone")
    same(heard(a, bytes([b[0] ^ TURN]) + b[1:]), [], "of another turn")
    same(heard(a, bytes([b[0] + 1]) + b[1:], b), [], "one skipped")
    same(heard(*[a] + [bytes([n]) + bytes(19) for n in range(1, 60)], b), [], "too long")
    answer = heard(a, a, b, count=11)
    same(answer[0][0], 0, "fragment 0 begins anew; turn 0")
    phone.turn = 0
    same(bytes(phone.noise.decrypt(b"".join(v[1:] for v in answer)[1:]))[:1], bytes([PAGE]), "the page")
    phone.state()
    refused_bytes(seal.connect(), b"", "an empty message")


def half_a_question_then_again(start) -> None:
    """A question of another turn has begun: the answer before it is forgotten, and the phone is told to write all of it."""
    seal = start(mtu=23)
    none = bytes([NUMBER, HAVE_NONE, 0])
    for piece in (0, 1):
        phone = opened(seal)
        phone.state()
        sealed = bytes([REQUEST]) + bytes(phone.noise.encrypt(bytes([LOG, 0, 0, 0, 1, 1])))
        phone.turn ^= 1
        question = fragments(sealed, phone.turn, 23)
        same(len(question), 2, "fragments")
        for value in (question[piece], bytes([NUMBER, ASK_AGAIN, 0])):
            phone.link.write(value)
        same(phone.link.read(20), none, f"after piece {piece}")
        for value in question:
            phone.link.write(value)
        answer = [phone.link.read(20) for _ in range(11)]
        same([v[0] >> 6 & 1 for v in answer], [phone.turn] * 11, "turns")
        reply = bytes(phone.noise.decrypt(b"".join(v[1:] for v in answer)[1:]))
        same(reply[:1], bytes([PAGE]), "the page")


def connection_begins_with_turn_one(start) -> None:
    seal = start()
    phone = seal.connect()
    phone.turn = 0
    phone.hello()
    t = ticket()
    phone.open(t.bytes, t.k_pop)
    phone.state()


def longest_message(start) -> None:
    """1024 bytes are a message, 1025 are none."""
    for mtu in (23, 247):
        seal = start(mtu=mtu)
        phone = opened(seal)
        denied(MALFORMED, phone.request, bytes(1024 - 17))
        message = bytes([REQUEST]) + bytes(phone.noise.encrypt(bytes(1025 - 17)))
        for value in fragments(message, 0, mtu):
            phone.link.write(value)
        same(phone.link.read(0.2), None, "an answer to 1025 bytes")


def power_cut_while_armed(start) -> None:
    seal = start()
    phone = opened(seal)
    phone.command(new_id(), ARM)
    newest = phone.state().newest
    seal.power_cut()
    hello = seal.connect().hello()
    same((hello.time_lost, hello.lock_state), (True, ARMED), "HELLO")
    phone = opened(seal)
    state = phone.state()
    same((state.lock_state, state.alarms, state.time_lost), (ARMED, ALARM_UNWATCHED, True), "state")
    entry = logged(phone)[newest]
    same((entry.kind, entry.alarms, entry.armed), (POWER_BACK, ALARM_UNWATCHED, True), "entry")
    phone = opened(seal, moment(phone.hello().nonce))
    phone.command(new_id(), DISARM)
    phone.command(new_id(), ARM)
    same(phone.state().alarms, 0, "arming clears the alarms")


SCENARIOS = [
    arm_read_disarm_at_three_mtus, repeated_id_gets_the_same_receipt, lost_link_then_the_receipt, unknown_id_settles_as_not_found,
    log_in_pages, oldest_entries_overwritten, clock_set_once_in_a_session, wrong_tickets_get_one_code, other_claims_are_refused,
    claims_in_long_form_are_refused, number_zero_is_refused, expired_and_revoked_tickets, later_iat_moves_the_floor,
    right_ends_in_the_session, sixteen_tickets_are_remembered, tickets_from_the_rust_central, rights_of_every_scope,
    requests_that_are_none, presence_is_asked_for, second_officer, approval_is_marked_where_it_was_used,
    later_approval_replaces_the_one_before, lost_clock_and_a_moment_ticket, lost_clock_and_two_officers, obstacles, moving_bolt,
    anything_else_while_an_answer_is_owed, rope_cut_while_armed, flash_that_fails, flash_that_fails_while_the_bolt_moves,
    replayed_session, mutated_messages_get_one_code, weak_ephemeral_keys, hello_at_any_time_and_open_in_the_middle,
    fragments_lost_and_repeated, half_a_question_then_again, connection_begins_with_turn_one, longest_message, power_cut_while_armed,
]  # fmt: skip
