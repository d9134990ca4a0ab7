"""Runs every scenario, one line each, then a count. Exit code 1 if one failed. Words as arguments pick scenarios."""

import sys
import time
import traceback
import warnings

import both_seals
import known_answers
import over_time
import rust_phones
import twins
from bench import Options, PythonSeal, RustSeal


def words(scenario) -> str:
    return scenario.__name__.replace("_", " ")


def runs():
    for scenario in known_answers.SCENARIOS:
        yield f"known answers: {words(scenario)}", scenario
    for kind in (RustSeal, PythonSeal):
        for scenario in both_seals.SCENARIOS:
            yield f"Python phone, {kind.name}: {words(scenario)}", lambda s=scenario, k=kind: with_seals(s, k)
    for scenario in over_time.SCENARIOS:
        yield f"Python phone, Python seal over time: {words(scenario)}", scenario
    for scenario in rust_phones.SCENARIOS:
        yield f"Rust phone, Python seal: {words(scenario)}", scenario
    for scenario in twins.SCENARIOS:
        yield f"Rust seal beside Python seal: {words(scenario)}", scenario


def with_seals(scenario, kind) -> None:
    started = []

    def start(**options):
        started.append(kind(Options(**options)))
        return started[-1]

    try:
        scenario(start)
    finally:
        for seal in started:
            seal.end()


def main() -> int:
    # noiseprotocol warns of a fixed ephemeral key; the known answers need one.
    warnings.filterwarnings("ignore", "One of ephemeral keypairs")
    passed = failed = 0
    for name, run in runs():
        if not all(word in name for word in sys.argv[1:]):
            continue
        start = time.monotonic()
        try:
            run()
        except Exception as error:
            failed += 1
            print(f"FAILED  {name}: {type(error).__name__}: {error}", flush=True)
            traceback.print_exc()
        else:
            passed += 1
            print(f"ok      {name}  ({time.monotonic() - start:.1f} s)", flush=True)
    if passed + failed == 0:
        print("no scenario of that name")
        return 1
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
