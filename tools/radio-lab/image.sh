#!/bin/bash
# Builds the guest of the radio lab, once: a Debian kernel, and a small root file system packed as an initramfs. Prints its folder.
# `./run radio` calls it; the Debian packages it needs are installed there. CACHE says where images are kept.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${CACHE:?}
# This machine's own release, so that programs built here find their C library there.
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
packages=busybox-static,kmod,dbus-daemon,dbus-bin,bluez,bluez-test-tools,python3

# The name says what it was built from: a changed script builds a new one.
image=$cache/image-$(cat "$here/image.sh" "$here/guest-init" - <<<"$suite" | sha256sum | cut -c1-12)
mkdir -p "$cache"
exec 9>"$cache/lock"; flock 9
[ -e "$image/done" ] && { echo "$image"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
exec 3>&1 1>&2          # all but the last line is for people

# Packages are only unpacked; no maintainer script runs.
mmdebstrap --quiet --variant=extract --include="$packages" "$suite" "$work/root"
root=$work/root

# The kernel, with only the modules that the lab uses and what they depend on.
mkdir "$work/kernel"
kernel=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image-[0-9]/ { print $2; exit }')
(cd "$work/kernel" && apt-get -o APT::Sandbox::User=root download -qq "$kernel" && dpkg -x "$kernel"_*.deb .)
version=${kernel#linux-image-}
depmod -b "$work/kernel" "$version"
modules="virtio_pci virtio_rng 9pnet_virtio 9p bluetooth hci_vhci cmac ecb algif_hash algif_skcipher
    ecdh_generic drbg jitterentropy_rng hmac sha512_generic ctr"      # the second line is for LE Secure Connections
for module in $modules; do
    modprobe -d "$work/kernel" -S "$version" --show-depends "$module" | awk '/^insmod/ { print $2 }'
done | sort -u | while read -r file; do
    install -D -m 644 "$file" "$root/${file#"$work/kernel/"}"
done
cp "$work/kernel/lib/modules/$version"/modules.{order,builtin,builtin.modinfo} "$root/lib/modules/$version/"
depmod -b "$root" "$version" 2>/dev/null

# What the maintainer scripts would have done, and no more.
mkdir -p "$root"/{proc,sys,dev,run,tmp,share,out,root,var/lib/dbus,var/lib/bluetooth}
ln -sfn /run "$root/var/run"
for applet in $("$root/bin/busybox" --list); do
    [ -e "$root/bin/$applet" ] || [ -e "$root/sbin/$applet" ] || ln -s /bin/busybox "$root/bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nmessagebus:x:100:100::/:/bin/false\n' >"$root/etc/passwd"
printf 'root:x:0:\nmessagebus:x:100:\nbluetooth:x:101:\n' >"$root/etc/group"
printf 'passwd: files\ngroup: files\n' >"$root/etc/nsswitch.conf"
install -m 755 "$here/guest-init" "$root/init"
find "$root" -name '*perl*' -prune -exec rm -rf {} +
find "$root"/usr/lib/python3.* \( -name test -o -name idlelib -o -name lib2to3 \) -prune -exec rm -rf {} +
chroot "$root" /usr/bin/python3 -m compileall -q /usr/lib/python3* || true     # only for speed
rm -rf "$root"/usr/share/{doc,man,locale,info,icons,bash-completion,lintian} "$root"/{usr/,}lib/{udev,systemd} \
    "$root"/usr/lib/x86_64-linux-gnu/gconv "$root"/var/cache "$root"/var/lib/{apt,dpkg}

# Not compressed: under emulation unpacking costs more than it saves. For the same reason the plain kernel, where it can be had.
mkdir -p "$image"
(cd "$root" && find . | cpio --quiet -o -H newc -R 0:0) >"$image/rootfs.cpio"
python3 - "$work/kernel/boot/vmlinuz-$version" "$image/kernel" <<'PY'
import lzma, sys
packed = open(sys.argv[1], "rb").read()
try:
    plain = lzma.LZMADecompressor(lzma.FORMAT_XZ).decompress(packed[packed.index(b"\xfd7zXZ\x00"):])
    packed = plain if plain[:4] == b"\x7fELF" else packed
except (ValueError, lzma.LZMAError):
    pass
open(sys.argv[2], "wb").write(packed)
PY
touch "$image/done"
echo "$image" >&3
