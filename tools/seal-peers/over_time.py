"""What only shows when time passes or power fails in the middle: a Python phone at a Python seal, in virtual time.

Nobody waits that long for `seal-peer`, whose time is real, so these run against one seal only.
"""

from bench import *
from both_seals import ask, logged, no_use, opened


def start(**options) -> PythonSeal:
    seal = {name: options.pop(name) for name in ("slots",) if name in options}
    return PythonSeal(Options(**options), **seal)


def nonce_lives_ten_to_twenty_minutes() -> None:
    for age, shown, good in ((599, True, True), (600, False, True), (1199, False, True), (1200, False, False)):
        seal = start(lost=True)
        nonce = seal.connect().hello().nonce
        seal.sleep(age - seal.seal.now)
        same(seal.connect().hello().nonce == nonce, shown, f"shown at {age} s")
        if good:
            same(opened(seal, moment(nonce)).state().time_lost, False, f"good at {age} s")
        else:
            no_use(seal, moment(nonce))


def spent_nonce_leaves_the_older_one_good() -> None:
    seal = start(lost=True)
    older = seal.connect().hello().nonce
    seal.sleep(650)
    newer = seal.connect().hello().nonce
    opened(seal, moment(newer)).state()
    opened(seal, moment(older)).state()
    no_use(seal, moment(older))


def approval_lives_five_minutes() -> None:
    for age, living in ((300, True), (301, False)):
        seal = start()
        opened(seal).command(new_id(), ARM)
        opened(seal, officer="binh.tran").command(new_id(), APPROVE)
        seal.sleep(age)
        phone = opened(seal, flags=NEEDS_SECOND)
        if living:
            phone.command(new_id(), DISARM)
        else:
            denied(NO_SECOND, phone.command, new_id(), DISARM)
    seal = start()
    opened(seal).command(new_id(), ARM)
    opened(seal, officer="binh.tran").command(new_id(), APPROVE)
    seal.power_cut(lost=False)
    denied(NO_SECOND, opened(seal, flags=NEEDS_SECOND).command, new_id(), DISARM)


def button_counts_for_thirty_seconds() -> None:
    for age, pressed in ((30, True), (31, False)):
        seal = start()
        seal.hardware.pressed_at = seal.seal.now
        seal.sleep(age)
        phone = opened(seal, flags=NEEDS_PRESENCE)
        if pressed:
            phone.command(new_id(), ARM)
        else:
            denied(NO_PRESENCE, phone.command, new_id(), ARM)


def silent_phone_is_hung_up_on() -> None:
    seal = start()
    phone = opened(seal)
    seal.pass_time(59)
    phone.state()
    seal.pass_time(60)
    same(phone.link.read(0), GONE, "after 60 s")


def wrong_tickets_are_logged_sparsely() -> None:
    seal = start(commissioned=NOW)
    bad = Ticket(secrets.token_bytes(129), bytes(32))
    at = seal.seal.now
    for second in range(20):  # written at 0, then with gaps of 1, 2, 4, 8 s
        seal.sleep(at + second - seal.seal.now)
        no_use(seal, bad)
    seal.sleep(2 * 3600 + 20)  # quiet for more than an hour: gaps begin again
    no_use(seal, bad)
    seal.sleep(1)
    no_use(seal, bad)
    entries = [(e.floor - NOW, e.detail) for e in logged(opened(seal, iat=NOW - 1), {WRONG_TICKET})]
    slow = [(second * 9995 // 10000, count) for second, count in ((0, 1), (1, 1), (3, 2), (7, 4), (15, 8))]
    same(entries[:5], slow, "entries")
    same([count for _, count in entries[5:]], [5, 1], "counts after the quiet")


def answer_is_asked_for_again_while_the_motor_runs() -> None:
    seal = start(motor_seconds=9)
    phone = opened(seal)
    sealed = bytes([REQUEST]) + bytes(phone.noise.encrypt(bytes([COMMAND]) + new_id() + bytes([ARM])))
    question = fragments(sealed, 1, 247)
    for value in (*question, *question, bytes([NUMBER, ASK_AGAIN, 0])):
        phone.link.write(value)
    same(list(seal.seal.out), [], "nothing while there is no answer")
    answer = phone.link.read(12)
    same(phone.link.read(0), None, "one answer")
    phone.link.write(bytes([NUMBER, ASK_AGAIN, 0]))
    same(phone.link.read(0), answer, "again")
    same(len(logged(opened(seal), {BEGUN})), 1, "times the bolt moved")


def motor_that_never_stops() -> None:
    seal = start(motor_seconds=99)
    phone = opened(seal)
    before = seal.seal.now
    entry = phone.command(new_id(), ARM).verify(KEYS)
    same((entry.outcome, entry.lock_state), (MOTOR_STUCK, JAMMED), "arm")
    same(seal.seal.now - before, 10, "seconds")


def power_lost_while_the_bolt_moves() -> None:
    for action, bolt, armed, state in (
        (ARM, "closed", True, ARMED), (ARM, "between", False, JAMMED), (ARM, "open", False, READY),
        (DISARM, "open", False, READY), (DISARM, "between", True, JAMMED), (DISARM, "closed", True, ARMED),
    ):  # fmt: skip
        seal = start(motor_seconds=5)
        phone = opened(seal)
        if action == DISARM:
            phone.command(new_id(), ARM)
        command = new_id()
        ask(phone, bytes([COMMAND]) + command + bytes([action]))
        seal.pass_time(2)
        seal.hardware.bolt = bolt
        seal.power_cut(lost=False)
        phone = opened(seal, officer="binh.tran")
        receipt = phone.settle(command, action)
        entry = receipt.verify(KEYS)
        same((entry.outcome, entry.armed, entry.lock_state), (INTERRUPTED, armed, state), f"{action}, bolt {bolt}")
        same(entry.command[2], pseudonym(MASTER, "an.nguyen"), "officer")
        same(phone.command(command, action), receipt, "repeated")
        same(logged(phone, {ENDED, POWER_BACK})[-1].kind, POWER_BACK, "then power back")


def alarms_once_each_arming() -> None:
    seal = start()
    phone = opened(seal)
    phone.command(new_id(), ARM)
    seal.hardware.rope_whole = False
    seal.pass_time(5)
    seal.hardware.rope_whole = True
    seal.pass_time(5)
    seal.hardware.housing_closed = False
    seal.pass_time(5)
    state = phone.state()
    same((state.lock_state, state.alarms), (TAMPERED, ALARM_ROPE | ALARM_HOUSING), "state")
    same([(e.kind, e.alarms) for e in logged(phone, {ROPE, HOUSING})], [(ROPE, 1), (HOUSING, 5)], "alarms")
    same(phone.command(new_id(), DISARM).verify(KEYS).outcome, DONE, "always opens")
    same(phone.command(new_id(), ARM).verify(KEYS).outcome, HOUSING_OPEN, "housing")
    seal.hardware.housing_closed = True
    entry = phone.command(new_id(), ARM).verify(KEYS)
    same((entry.lock_state, entry.alarms), (ARMED, 0), "armed again")


def failed_disarm_is_no_alarm() -> None:
    """A bolt left between its ends was moved by a command; a bolt that opens by itself was not."""
    seal = start()
    phone = opened(seal)
    phone.command(new_id(), ARM)
    seal.hardware.motor_stuck = True
    same(phone.command(new_id(), DISARM).verify(KEYS).outcome, MOTOR_STUCK, "disarm")
    seal.pass_time(5)
    same((phone.state().lock_state, phone.state().alarms), (JAMMED, 0), "between")
    seal.hardware.bolt = "open"
    seal.pass_time(5)
    same((phone.state().lock_state, phone.state().alarms), (TAMPERED, ALARM_OPENED), "open")
    same(len(logged(phone, {BOLT})), 1, "alarms")


def rope_out_at_the_end() -> None:
    seal = start(motor_seconds=5)
    phone = opened(seal)
    command = new_id()
    ask(phone, bytes([COMMAND]) + command + bytes([ARM]))
    seal.hardware.rope_in = False
    seal.pass_time(5)
    entry = opened(seal).settle(command, ARM).verify(KEYS)
    same((entry.outcome, entry.armed, entry.lock_state), (ROPE_OUT, False, JAMMED), "closed without its rope")


def ring_overwrites_the_oldest() -> None:
    seal = start(slots=64)
    phone = opened(seal)
    commands = [new_id() for _ in range(70)]
    for command in commands:
        phone.command(command, TEST)
    state = phone.state()
    same((state.newest, state.oldest), (71, 9), "counters")
    denied(NOT_FOUND, phone.settle, commands[5])
    phone.settle(commands[7], TEST)
    page = phone.log(1, 18)
    same((page.first, page.head), (9, seal.flash.record(8)[1]), "the head before the oldest is known")
    page.verify(KEYS)
    seal.power_cut(lost=False)
    phone = opened(seal)
    same((phone.state().newest, phone.state().oldest), (72, 10), "after a power cut")
    denied(NOT_FOUND, phone.settle, commands[6])
    phone.settle(commands[8], TEST)
    del seal.flash.ring[9]  # a power cut tore the spare record
    page = phone.log(1, 18)
    same((page.first, page.head), (10, bytes(16)), "the head before the oldest is not known")
    page.receipt.verify(KEYS)


def floor_runs_slow_and_never_falls() -> None:
    seal = start(commissioned=NOW)
    t = ticket(life=604800, iat=NOW)
    opened(seal, t).state()
    began = seal.seal.now
    seal.sleep(100_000)
    same(opened(seal, t).state().floor, NOW + (seal.seal.now - began) * 9995 // 10000, "floor")
    seal.pass_time(1)
    floor = opened(seal, t).state().floor
    seal.power_cut()
    true(floor - 900 <= opened(seal, t).state().floor <= floor, "saved floor")


SCENARIOS = [
    nonce_lives_ten_to_twenty_minutes, spent_nonce_leaves_the_older_one_good, approval_lives_five_minutes,
    button_counts_for_thirty_seconds, silent_phone_is_hung_up_on, wrong_tickets_are_logged_sparsely,
    answer_is_asked_for_again_while_the_motor_runs, motor_that_never_stops, power_lost_while_the_bolt_moves,
    alarms_once_each_arming, failed_disarm_is_no_alarm, rope_out_at_the_end, ring_overwrites_the_oldest, floor_runs_slow_and_never_falls,
]  # fmt: skip
