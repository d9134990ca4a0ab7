"""Where the Rust seal does other than the specification says, or than one would read it. Told in each run until it is settled."""

import cbor2

from bench import *
from both_seals import no_use, opened


def claims_in_long_form_are_refused(start) -> None:
    """Section 3: deterministic CBOR has one encoding for each number; a ticket in another was never the central's."""
    good = claims(min_seq=0).encode()
    for body in (
        good.replace(b"\x00\x01\x11\x71\x00", b"\x00\x01\x11\x71\x18\x00"), b"\xa9\x18\x04" + good[2:], b"\xb8\x09" + good[1:],
    ):  # fmt: skip
        true(body != good and cbor2.loads(body) == cbor2.loads(good), "the same claims in another form")
        no_use(start(), Ticket(make_ticket(KEYS, body, bytes(9)), claims_secret(good)))


def claims_secret(plain: bytes) -> bytes:
    return Claims.decode(plain).k_pop


def number_zero_is_refused(start) -> None:
    """Section 3: sequence numbers are from 1."""
    plain = cbor2.loads(claims().encode()) | {CTI: bytes(4)}
    no_use(start(), Ticket(make_ticket(KEYS, cbor2.dumps(plain), bytes(9)), plain[CNF][1][-1]))


def approval_is_marked_where_it_was_used(start) -> None:
    """Section 9: bit 2 says that an approval was needed and used. An obstacle (section 8, step 6) uses none up."""
    seal = start(lost=True)
    opened(seal, officer="binh.tran").command(new_id(), APPROVE)
    phone = opened(seal)
    obstacle = phone.command(new_id(), DISARM).verify(KEYS)
    same(obstacle.outcome, NOT_SEALED, "disarm of an open seal")
    phone.command(new_id(), ARM)
    disarmed = phone.command(new_id(), DISARM).verify(KEYS)
    same((obstacle.approved, disarmed.approved), (False, True), "one approval, marked once")


SCENARIOS = [claims_in_long_form_are_refused, number_zero_is_refused, approval_is_marked_where_it_was_used]
