"""Checks what the central said and proved, with none of its code. One line for each scenario, then a count; exit code 1 if
one failed. First argument: what `log_peer` printed. Words after it pick scenarios.

COSE is PyPI `cwt`. Roots and inclusion proofs are PyPI `pymerkle`'s. Its consistency proofs have a form of their own, so those of
RFC 6962 are checked here by the algorithm of RFC 9162 section 2.1.4.2 over pymerkle's hashes, hash by hash against pymerkle's
tree, and beside pymerkle's own proof between the same two signed roots.
"""

import json
import sys
import time
import traceback
import uuid
from base64 import urlsafe_b64decode

import cbor2
from cwt import COSE, COSEKey, VerifyError
from pymerkle import InclusionProof, InmemoryTree, InvalidProof, verify_consistency, verify_inclusion
from pymerkle.hasher import MerkleHasher

CONTEXT = b"sealfield/checkpoint/1"
HASHER = MerkleHasher("sha256")


def b64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def es256(point: bytes, kid: bytes) -> COSEKey:
    """A P-256 key from its uncompressed SEC1 point."""
    assert len(point) == 65 and point[0] == 4
    return COSEKey.new({1: 2, 2: kid, 3: -7, -1: 1, -2: point[1:33], -3: point[33:]})


def kid(cose: bytes) -> bytes:
    return cbor2.loads(cose)[1][4]


def opened(cose: bytes, key: COSEKey, context: bytes = b"") -> bytes:
    """The payload, its signature checked. COSE_Sign1 stands untagged where only it can stand (RFC 9052 section 2); cwt wants the tag."""
    return COSE.new().decode(cbor2.CBORTag(18, cbor2.loads(cose)), key, external_aad=context)


class Record:
    """What `log_peer` printed, read."""

    def __init__(self, path: str):
        with open(path, encoding="utf-8") as file:
            told = json.load(file)
        self.events = [b64(event["cose"]) for event in told["events"]]
        self.ids = [event["id"] for event in told["events"]]
        self.seqs = [event["seq"] for event in told["events"]]
        self.checkpoints = [b64(cose) for cose in told["checkpoints"]]
        self.inclusion, self.consistency = told["inclusion"], told["consistency"]
        self.device = uuid.UUID(told["device"])
        self.device_key = es256(b64(told["device_key"]), self.device.bytes)
        self.central_key = es256(b64(told["central_key"]), kid(self.checkpoints[0]))
        self.tree = InmemoryTree.init_from_entries(self.events, algorithm="sha256")

    def said(self, size: int) -> dict:
        """The checkpoint of that many events, its signature checked."""
        return cbor2.loads(opened(self.checkpoints[size - 1], self.central_key, CONTEXT))

    def roots(self) -> dict:
        return {size: self.said(size)["root"] for size in range(1, len(self.checkpoints) + 1)}


def path(proof: dict) -> list:
    return [bytes.fromhex(digest) for digest in proof["path"]]


def refused(check) -> bool:
    try:
        check()
    except Exception:
        return True
    return False


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def mutations(hashes: list):
    """Every way in which a proof is a little wrong."""
    for at, digest in enumerate(hashes):
        yield hashes[:at] + [flipped(digest, (7 * at) % 256)] + hashes[at + 1 :]
        yield hashes[:at] + hashes[at + 1 :]
        yield hashes[:at] + [digest] + hashes[at:]
    yield hashes + [bytes(32)]


# ---- scenarios ------------------------------------------------------------------------------


def every_event_is_signed_by_its_device(record: Record) -> str:
    prev = HASHER.hash_raw(b"")
    for n, cose in enumerate(record.events):
        event = cbor2.loads(opened(cose, record.device_key))
        assert str(uuid.UUID(bytes=event["id"])) == record.ids[n]
        assert uuid.UUID(bytes=event["device"]) == record.device
        assert (event["v"], event["seq"], event["prev"]) == (1, n + 1, prev), "the device's chain"
        prev = HASHER.hash_raw(cose)
    return f"{len(record.events)} events"


def no_changed_bit_of_an_event_is_taken(record: Record) -> str:
    cose = record.events[0]
    meant = opened(cose, record.device_key)
    taken = 0
    for bit in range(len(cose) * 8):
        try:
            # The key id is a hint outside the signature: changed there, the same content may still be read.
            assert opened(flipped(cose, bit), record.device_key) == meant
            taken += 1
        except AssertionError:
            raise
        except Exception:
            pass
    return f"{len(cose) * 8} bits, {taken} outside what is signed"


def every_checkpoint_is_signed_by_the_central(record: Record) -> str:
    first = record.said(1)
    for size in range(1, len(record.checkpoints) + 1):
        said = record.said(size)
        assert said["size"] == size and said["central"] == kid(record.checkpoints[0])
        assert (said["epoch"], said["before"]) == (first["epoch"], [])
    return f"{len(record.checkpoints)} checkpoints"


def a_checkpoint_is_no_event_and_no_event_a_checkpoint(record: Record) -> str:
    signed, event = record.checkpoints[-1], record.events[-1]
    # One key under both names, so that only the context tells them apart.
    for key in record.central_key, record.device_key:
        for cose, context in (signed, b""), (event, CONTEXT):
            same = COSEKey.new({**key.to_dict(), 2: kid(cose)})
            try:
                opened(cose, same, context)
            except VerifyError:
                continue
            raise AssertionError("taken for the other")
    return ""


def pymerkle_finds_every_signed_root(record: Record) -> str:
    for size, root in record.roots().items():
        assert record.tree.get_root(size) == root, size
    return f"{len(record.checkpoints)} roots"


def pymerkle_verifies_every_inclusion_proof(record: Record) -> str:
    roots, wrong = record.roots(), 0
    for proof in record.inclusion:
        index, size = proof["index"] + 1, proof["size"]
        leaf = HASHER.hash_buff(record.events[proof["index"]])
        rule = record.tree.prove_inclusion(index, size).rule

        def verify(hashes, base=leaf, state=roots[size]):
            built = InclusionProof("sha256", True, size, index, rule, [base] + hashes)
            verify_inclusion(base, state, built, index=index, size=size, algorithm="sha256")

        verify(path(proof))
        for changed in mutations(path(proof)):
            try:
                verify(changed)
            except InvalidProof:
                wrong += 1
            else:
                raise AssertionError(f"a wrong proof of {index} in {size} is taken")
        other = HASHER.hash_buff(b"another event")
        assert refused(lambda: verify(path(proof), base=other))
    return f"{len(record.inclusion)} proofs, {wrong} wrong ones refused"


def consistent(old_size, old_root, new_size, new_root, hashes) -> bool:
    """RFC 9162 section 2.1.4.2, over pymerkle's hash of two nodes."""
    if old_size == new_size:
        return not hashes and old_root == new_root
    hashes = list(hashes)
    if old_size & (old_size - 1) == 0:
        hashes.insert(0, old_root)
    if not hashes:
        return False
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = hashes[0]
    for digest in hashes[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = HASHER.hash_pair(digest, fr), HASHER.hash_pair(digest, sr)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = HASHER.hash_pair(sr, digest)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and (fr, sr) == (old_root, new_root)


def every_consistency_proof_holds_and_no_wrong_one(record: Record) -> str:
    roots, wrong = record.roots(), 0
    for proof in record.consistency:
        sizes = proof["from"], proof["to"]
        old, new = roots[sizes[0]], roots[sizes[1]]
        assert consistent(sizes[0], old, sizes[1], new, path(proof)), sizes
        for changed in mutations(path(proof)):
            assert not consistent(sizes[0], old, sizes[1], new, changed), sizes
            wrong += 1
    return f"{len(record.consistency)} proofs, {wrong} wrong ones refused"


def ranges(m: int, start: int, n: int, whole: bool) -> list:
    """Ranges of leaves whose roots make up PROOF(m, D[n]): RFC 6962 section 2.1.2, word for word."""
    if m == n:
        return [] if whole else [(start, start + n)]
    k = 1 << (n - 1).bit_length() - 1
    if m <= k:
        return ranges(m, start, k, whole) + [(start + k, start + n)]
    return ranges(m - k, start + k, n - k, False) + [(start, start + k)]


def every_hash_of_a_consistency_proof_is_pymerkles(record: Record) -> str:
    count = 0
    for proof in record.consistency:
        wanted = [record.tree._get_root(*span) for span in ranges(proof["from"], 0, proof["to"], True)]
        assert path(proof) == wanted, (proof["from"], proof["to"])
        count += len(wanted)
    return f"{count} hashes"


def pymerkle_proves_the_signed_roots_consistent(record: Record) -> str:
    roots = record.roots()
    for proof in record.consistency:
        old, new = proof["from"], proof["to"]
        own = record.tree.prove_consistency(old, new)
        verify_consistency(roots[old], roots[new], own, prior_size=old, later_size=new, algorithm="sha256")
        assert refused(lambda: verify_consistency(flipped(roots[old], 3), roots[new], own))
    return f"{len(record.consistency)} pairs"


SCENARIOS = [
    every_event_is_signed_by_its_device,
    no_changed_bit_of_an_event_is_taken,
    every_checkpoint_is_signed_by_the_central,
    a_checkpoint_is_no_event_and_no_event_a_checkpoint,
    pymerkle_finds_every_signed_root,
    pymerkle_verifies_every_inclusion_proof,
    every_consistency_proof_holds_and_no_wrong_one,
    every_hash_of_a_consistency_proof_is_pymerkles,
    pymerkle_proves_the_signed_roots_consistent,
]


def main() -> int:
    record = Record(sys.argv[1])
    passed = failed = 0
    for scenario in SCENARIOS:
        name = "record: " + scenario.__name__.replace("_", " ")
        if not all(word in name for word in sys.argv[2:]):
            continue
        start = time.monotonic()
        try:
            what = scenario(record)
        except Exception as error:
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
            traceback.print_exc(file=sys.stderr)
            continue
        passed += 1
        print(f"ok      {name} ({what}) {time.monotonic() - start:.1f} s".replace(" ()", ""), flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
