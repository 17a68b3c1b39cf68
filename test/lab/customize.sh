#!/bin/sh
# Last hook of mmdebstrap: turns the installed tree ($1) into a lab image.
#
# LAB_OUT       where image, kernel, initrd and packages go
# LAB_WHEELS    wheels of Salt and all it needs, and pip itself
# LAB_PACKAGES  packages of the lab's apt repository
# LAB_MASK      units a lab guest does without
# LAB_SIZE      size of the root filesystem
# LAB_STAND_IN  for a stand-in: what it is to be taken for, files in root and RPMs; else empty
set -eu
tree=$1

say() { echo "lab: $*"; }

say "fetching the packages of the lab's apt repository"
export DEBIAN_FRONTEND=noninteractive
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get clean
# One by one: some of them cannot be installed beside each other.
for package in $LAB_PACKAGES; do
    APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --quiet=2 --download-only --reinstall \
        install "$package"
done
mkdir "$LAB_OUT/packages"
mv "$tree"/var/cache/apt/archives/*.deb "$LAB_OUT/packages/"

say "installing Salt"
cp -r "$LAB_WHEELS" "$tree/wheels"
chroot "$tree" python3 -m venv --without-pip /opt/salt
pip=$(basename "$tree"/wheels/pip-*.whl)
chroot "$tree" sh -c "/opt/salt/bin/python /wheels/$pip/pip install --quiet --no-index \
    --no-deps --no-cache-dir --disable-pip-version-check /wheels/*.whl"
rm -r "$tree/wheels"
for tool in salt-call salt-minion; do ln -s /opt/salt/bin/$tool "$tree/usr/local/bin/$tool"; done

say "settling services"
systemctl --quiet --root="$tree" enable systemd-networkd systemd-networkd-wait-online \
    salt-minion lab-shell multipathd
systemctl --quiet --root="$tree" set-default multi-user.target
# shellcheck disable=SC2086
systemctl --quiet --root="$tree" mask $LAB_MASK

# A generator is a process at every boot. These two are of use: one reads fstab, one makes units
# of init scripts (o2cb on Debian 12).
mkdir -p "$tree/etc/systemd/system-generators"
for generator in "$tree"/usr/lib/systemd/system-generators/*; do
    case ${generator##*/} in
        systemd-fstab-generator | systemd-sysv-generator) ;;
        *) ln -s /dev/null "$tree/etc/systemd/system-generators/${generator##*/}" ;;
    esac
done

# Nothing may be asked of a name server: there is none.
sed -i 's/^hosts:.*/hosts: files/' "$tree/etc/nsswitch.conf"
: > "$tree/etc/resolv.conf"
rm -rf "$tree"/etc/apt/sources.list.d/* "$tree"/etc/apt/sources.list \
    "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/*.bin "$tree"/var/cache/debconf/*-old \
    "$tree"/var/log/*.log "$tree"/var/log/apt

if [ -n "$LAB_STAND_IN" ]; then
    say "taking it for another distribution"
    for modules in "$tree"/lib/modules/*/kernel/fs/ocfs2; do
        release=${modules#"$tree/lib/modules/"}
        mkdir "$LAB_OUT/modules"
        mv "$modules" "$LAB_OUT/modules/${release%%/*}"
        chroot "$tree" depmod -a "${release%%/*}"
    done
    rm "$tree/etc/os-release"
    cp -r "$LAB_STAND_IN/root/." "$tree/"
    ln -s ../usr/lib/os-release "$tree/etc/os-release"
    for rpm in "$LAB_STAND_IN"/*.rpm; do
        [ -e "$rpm" ] || continue
        cp "$rpm" "$tree/tmp/this.rpm"
        chroot "$tree" rpm -i --nodeps /tmp/this.rpm
        rm "$tree/tmp/this.rpm"
    done
fi

say "writing the image"
cp "$tree"/boot/vmlinuz-* "$LAB_OUT/vmlinuz"
# Unpacked here once, so that no guest has to do it at every boot. Debian 13 begins it with an
# unpacked part, which --force passes on as it is.
gzip --decompress --stdout --force "$tree"/boot/initrd.img-* > "$LAB_OUT/initrd"
# A bind mount shows the tree without the /proc and /sys that are mounted on it.
mkdir "$LAB_OUT/tree"
mount --bind "$tree" "$LAB_OUT/tree"
mke2fs -q -t ext4 -L root -m 0 -d "$LAB_OUT/tree" "$LAB_OUT/root.img" "$LAB_SIZE"
umount "$LAB_OUT/tree"
rmdir "$LAB_OUT/tree"
