#!/bin/bash
# Runs one command in a throw-away virtual machine with a real BlueZ and virtual Bluetooth LE controllers.
#
#   vm.sh [-s SHARE] [-o OUT] [-n CONTROLLERS] [-t SECONDS] COMMAND [ARG...]
#
#   -s  folder mounted read-only at /share, where the command runs
#   -o  folder mounted at /out; the logs are there afterwards, btsnoop.log for Wireshark among them
#   -n  controllers that btvirt makes, hci0 and up (2)
#   -t  after so many seconds the machine is ended (300)
#
# IMAGE names the folder that image.sh built. ACCEL=kvm is faster where it may be used. Prints what the command prints; exits with
# its exit code, or 125 when the machine itself failed.
set -euo pipefail
share=. out= n=2 limit=300
while getopts s:o:n:t: option; do
    case $option in
        s) share=$OPTARG ;; o) out=$OPTARG ;; n) n=$OPTARG ;; t) limit=$OPTARG ;; *) exit 125 ;;
    esac
done
shift $((OPTIND - 1))
out=${out:-$(mktemp -d)}
mkdir -p "$out"
rm -f "$out/exit-code"
printf '%q ' "$@" >"$out/command"

{ timeout --foreground "$limit" qemu-system-x86_64 \
    -M pc -accel "${ACCEL:-tcg}" -cpu max -smp 1 -m 768 \
    -nodefaults -no-user-config -display none -no-reboot \
    -kernel "$IMAGE/kernel" -initrd "$IMAGE/rootfs.cpio" \
    -append "console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off cryptomgr.notests lab.controllers=$n" \
    -serial file:"$out/console.log" -serial stdio \
    -device virtio-rng-pci \
    -virtfs local,path="$share",mount_tag=share,security_model=none,readonly=on,multidevs=remap \
    -virtfs local,path="$out",mount_tag=out,security_model=none,multidevs=remap \
    </dev/null || echo "vm: qemu ended with $? (124: over $limit s)"
} | tee "$out/output.log"

code=$(cat "$out/exit-code" 2>/dev/null || echo 125)
[ "$code" = 0 ] || echo "vm: exit code $code, logs in $out" >&2
exit "$code"
