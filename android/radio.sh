#!/bin/bash
# Copies btleplug's Java half, of the version that Cargo.lock names, into bridge/, where the Gradle build takes it along.
# Run once before `dx build --platform android`, and again after btleplug was updated. Not yet run as part of a phone build.
set -euo pipefail
cd "$(dirname "$0")"
manifest=$(cargo metadata --locked --format-version 1 --manifest-path ../Cargo.toml |
    python3 -c 'import json, sys; print(next(p["manifest_path"] for p in json.load(sys.stdin)["packages"] if p["name"] == "btleplug"))')
java=$(dirname "$manifest")/src/droidplug/java/src/main/java
into=bridge/src/main/java
rm -rf "$into"/{com/nonpolynomial,io/github/gedgygedgy}
mkdir -p "$into"
cp -r "$java/." "$into/"
echo "$(find "$into" -name '*.java' | wc -l) Java files from $(basename "$(dirname "$manifest")") in android/$into"
