#!/bin/sh
# Fetches Chromium from the Debian release, with the libraries and fonts that this machine lacks, into
# DIR/root. DIR/chromium starts it. (Ubuntu's package of that name contains no browser.)
#
# Usage: fetch-chromium.sh [DIR]      (default: node_modules/.cache/chromium)
set -eu
dir=${1:-node_modules/.cache/chromium}
complete() { [ -x "$dir/chromium" ]; }
. "$(dirname "$0")/debian-packages.sh"

# The data of chromium-common must be next to the program, even if that package is installed.
unpack --with-needed chromium chromium-common fonts-dejavu-core
[ -x "$lock/root/usr/lib/chromium/chromium" ] ||
  { echo "fetch-chromium: the package contains no browser" >&2; exit 1; }

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
export LD_LIBRARY_PATH="$(library_path)" FONTCONFIG_FILE="$dir/fonts.conf"
exec "$dir/root/usr/lib/chromium/chromium" "\$@"
EOF
chmod +x "$lock/chromium"
rm -rf "$dir/root"
mv "$lock/root" "$lock/fonts.conf" "$dir"
mv "$lock/chromium" "$dir"
