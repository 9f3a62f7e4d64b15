#!/bin/sh
# Puts Chromium of the Debian release at hand, with the libraries and fonts that this machine lacks
# for it, into DIR/root. Nothing is installed: the packages are downloaded and unpacked, without root
# and without the system's package lists. DIR/chromium starts it. Several calls at once are fine: one
# fetches, the others wait for it. (Ubuntu's package of that name holds no browser.)
#
# Usage: fetch-chromium.sh [DIR]      (default: node_modules/.cache/chromium)
set -eu
PATH=${PATH:-/usr/bin:/bin}

dir=${1:-node_modules/.cache/chromium}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
lock="$dir/fetching"

[ -x "$dir/chromium" ] && exit 0
for need in apt-get dpkg; do
  command -v "$need" >/dev/null || { echo "fetch-chromium: no $need here" >&2; exit 1; }
done

# mkdir is atomic: whoever makes the folder does the work, inside it.
until mkdir "$lock" 2>/dev/null; do
  sleep 1
  [ -x "$dir/chromium" ] && exit 0
  # A fetch takes about half a minute; a lock of 10 minutes was left behind by one that was killed.
  [ -z "$(find "$lock" -maxdepth 0 -mmin +10 2>/dev/null)" ] || rm -rf "$lock"
done
trap 'rm -rf "$lock"' EXIT
trap 'exit 1' HUP INT TERM
[ -x "$dir/chromium" ] && exit 0

mkdir -p "$lock/lists/partial" "$lock/cache/archives/partial" "$lock/root"
apt() {
  apt-get -qq -o Dir::State::Lists="$lock/lists" -o Dir::Cache="$lock/cache" \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@" >&2
}
apt update
# What the machine has already is not downloaded again: apt knows it by the system's own records.
apt install --yes --no-install-recommends --download-only chromium fonts-dejavu-core
for package in "$lock"/cache/archives/*.deb; do
  dpkg -x "$package" "$lock/root"
done
[ -x "$lock/root/usr/lib/chromium/chromium" ] ||
  { echo "fetch-chromium: the package holds no browser" >&2; exit 1; }

libraries=$(find "$lock/root" -name '*.so*' -exec dirname {} + | sort -u | sed "s|^$lock|$dir|" |
  paste -sd :)
cat >"$lock/fonts.conf" <<EOF
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>$dir/root/usr/share/fonts</dir>
  <cachedir>$dir/fonts</cachedir>
</fontconfig>
EOF
cat >"$lock/chromium" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH="$libraries" FONTCONFIG_FILE="$dir/fonts.conf"
exec "$dir/root/usr/lib/chromium/chromium" "\$@"
EOF
chmod +x "$lock/chromium"
rm -rf "$dir/root"
mv "$lock/root" "$lock/fonts.conf" "$dir"
mv "$lock/chromium" "$dir"
