#!/bin/bash
# Type-checks the phone app for Android and iOS on a plain Debian machine: no
# NDK, no Xcode, no rustup target. Called by `./run check-mobile`, which installs
# the Debian packages rustc-web, cargo-web, rust-web-src and gcc first.
#
#   tools/check-mobile.sh           check; fails if either target has an error
#   tools/check-mobile.sh --prove   plant an error in each platform's own file, in
#                                   a copy, and require that only that target fails
#
# How: Debian ships rustc-web and the matching source of std. std is checked once
# per target into a cached sysroot of metadata, and `cargo check` needs no more
# than that. C code in build scripts (SQLite, ring) goes to a stand-in compiler
# that writes empty objects, since `cargo check` links nothing.
#
# So this proves types, not linking, packaging or behaviour on a phone.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
targets=(aarch64-linux-android aarch64-apple-ios)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/seal-field-check-mobile   # about 130 MB
rustc=/usr/bin/rustc cargo=/usr/bin/cargo
# The app with its mobile renderer, and the libraries the phone carries.
what=(--locked -p seal-field --lib --bin seal-field --features mobile -p seal-core -p seal-simulator)

# No toolchain choice, wrapper or flag of the caller's may reach these builds.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_TARGET CARGO_BUILD_RUSTFLAGS RUSTC_BOOTSTRAP \
      RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER RUSTUP_TOOLCHAIN CARGO_INCREMENTAL
export RUSTC=$rustc
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}/check-mobile

say() { echo "check-mobile: $*"; }

# A metadata-only std for target $1, once per compiler and machine.
prepare_std() {
    local lib=$sysroot/lib/rustlib/$1/lib work
    [ -f "$lib/.done" ] && return
    say "checking std for $1 (once per machine and compiler)"
    work=$(mktemp -d)
    cp -r "$std_source/." "$work/library"
    # The dylib form of std would want a linker for the target.
    sed -i 's/^crate-type = \["dylib", "rlib"\]/crate-type = ["rlib"]/' "$work/library/std/Cargo.toml"
    (cd "$work/library/sysroot" && RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$work/target \
        RUSTFLAGS="-Zforce-unstable-if-unmarked --cap-lints=allow" \
        "$cargo" check -q --locked --target "$1" --features panic-unwind,backtrace)
    rm -rf "$lib"
    mkdir -p "$lib"
    cp "$work/target/$1"/debug/deps/*.rmeta "$lib/"
    rm -rf "$work"
    touch "$lib/.done"
}

# The stand-in C compiler: answers cc's questions as clang would, writes empty objects.
write_stub_compiler() {
    mkdir -p "$cache/bin" "$cache/sdk"
    cat > "$cache/bin/stub-cc.$$" <<'STUB'
#!/bin/bash
out= in= mode=link prev=
for a in "$@"; do
    case $prev in
        -o) out=$a ;;
        -x|-I|-isystem|-include|-target|-arch|-isysroot|-D|-MF|-MT|-MQ|-Xclang) ;;
        *) case $a in
               -c|-S) mode=obj ;;
               -E) mode=pre ;;
               --version|-v) echo "clang version 22.0.0 (check-mobile stand-in)"; exit 0 ;;
               -\?) exit 1 ;;   # asked of clang-cl only
               -dumpmachine) echo aarch64-unknown-none; exit 0 ;;
               -print-*|--print-*) echo; exit 0 ;;
               -*) ;;
               *) in=$a ;;
           esac ;;
    esac
    prev=$a
done
case $mode in
    pre) exec gcc -E -D__clang__=1 -D__clang_major__=22 "${in:--}" ${out:+-o "$out"} ;;
    obj) [ -n "$out" ] || { out=${in##*/}; out=${out%.*}.o; } ;;
    link) out=${out:-a.out} ;;
esac
exec gcc -c -x c /dev/null -o "$out"
STUB
    chmod +x "$cache/bin/stub-cc.$$"
    mv -f "$cache/bin/stub-cc.$$" "$cache/bin/stub-cc"
}

prepare() {
    std_source=$(readlink -f "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library")
    [ -f "$std_source/sysroot/Cargo.toml" ] || { say "no std source: install rust-web-src" >&2; exit 2; }
    sysroot=$cache/sysroot-$("$rustc" -vV | sed -n 's/^release: //p')-$(stat -c %Y "$std_source/Cargo.lock")
    write_stub_compiler
    # Build scripts ask for the SDKs by these names; an empty folder satisfies them.
    export SDKROOT=$cache/sdk ANDROID_NDK_HOME=$cache/sdk ANDROID_NDK_ROOT=$cache/sdk ANDROID_NDK=$cache/sdk
    # wry writes Kotlin sources only where these ask for it.
    unset WRY_ANDROID_PACKAGE WRY_ANDROID_LIBRARY WRY_ANDROID_KOTLIN_FILES_OUT_DIR
    local target name std=()
    # Side by side: the crates of std wait for each other. The app's checks cannot be: cargo would give each target what only
    # the other wants.
    for target in "${targets[@]}"; do
        prepare_std "$target" &
        std+=($!)
    done
    for name in "${std[@]}"; do wait "$name"; done
    for target in "${targets[@]}"; do
        name=${target//-/_}
        export "CC_$name=$cache/bin/stub-cc" "CXX_$name=$cache/bin/stub-cc" \
               "AR_$name=/usr/bin/ar" "RANLIB_$name=/usr/bin/ranlib" \
               "CARGO_TARGET_${name^^}_RUSTFLAGS=--sysroot $sysroot"
    done
}

# Checks the workspace in folder $1 for target $2.
check() { (cd "$1" && "$cargo" check --target "$2" "${what[@]}"); }

# Fails when target $1 would link a TLS library in C: a phone build cannot carry
# one (OpenSSL), or it doubles what rustls with ring does already (aws-lc).
# native-tls itself is let through: on iOS it is the system's own TLS.
check_no_foreign_tls() {
    local found
    found=$(cd "$root" && "$cargo" tree --locked --target "$1" -e normal,build --prefix none --features mobile |
        grep -oE '^(openssl|openssl-sys|aws-lc-rs|aws-lc-sys|boring|boring-sys) ' | sort -u | tr -d '\n')
    [ -z "$found" ] || { say "$1 would link $found" >&2; return 1; }
}

check_all() {
    local target start failed=()
    for target in "${targets[@]}"; do
        start=$SECONDS
        if check_no_foreign_tls "$target" && check "$root" "$target"; then
            say "$target ok ($((SECONDS - start)) s)"
        else
            say "$target FAILED ($((SECONDS - start)) s)" >&2
            failed+=("$target")
        fi
    done
    [ ${#failed[@]} -eq 0 ] || { say "errors on ${failed[*]}" >&2; exit 1; }
    say "both targets ok"
}

prove() {
    local planted target result wrong=0
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    (cd "$root" && tar -c --exclude=./target --exclude=./.git --exclude=./practice-data .) | tar -x -C "$copy"
    for planted in "${targets[@]}"; do
        local file=src/platform/${planted##*-}.rs mod=$copy/src/platform/mod.rs
        # Once in the file only that target compiles, once behind cfg in shared code.
        echo 'const PLANTED_IN_FILE: u32 = "a type error";' >> "$copy/$file"
        echo "#[cfg(target_os = \"${planted##*-}\")] const PLANTED_IN_CFG: u32 = \"a type error\";" >> "$mod"
        for target in "${targets[@]}"; do
            check "$copy" "$target" >"$copy/out" 2>&1 && result=green || result=red
            if [ "$target" = "$planted" ]; then
                # Red for the planted reason, in both places, not for any other.
                if [ $result = red ] && grep -q PLANTED_IN_FILE "$copy/out" && grep -q PLANTED_IN_CFG "$copy/out"; then
                    say "error planted for ${planted##*-}: $target is red, as it must be"
                    continue
                fi
            elif [ $result = green ]; then
                say "error planted for ${planted##*-}: $target stays green, as it must"
                continue
            fi
            say "error planted for ${planted##*-}: $target is $result, WRONG" >&2
            tail -40 "$copy/out" >&2
            wrong=1
        done
        cp "$root/$file" "$copy/$file"
        cp "$root/src/platform/mod.rs" "$mod"
    done
    [ $wrong = 0 ] || { say "the check does not prove what it claims" >&2; exit 1; }
    say "each planted error turned only its own target red"
}

case ${1:-} in
    '') prepare; check_all ;;
    --prove) prepare; prove ;;
    *) echo "usage: tools/check-mobile.sh [--prove]" >&2; exit 2 ;;
esac
