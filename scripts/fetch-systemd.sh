#!/bin/sh
# Fetches systemd-analyze from the Debian (or Ubuntu) release, with the libraries that this machine lacks
# and systemd's own units, into DIR/root. DIR/systemd-analyze starts it.
#
# Usage: fetch-systemd.sh [DIR]      (default: node_modules/.cache/systemd)
set -eu
dir=${1:-node_modules/.cache/systemd}
complete() { [ -x "$dir/systemd-analyze" ]; }
. "$(dirname "$0")/debian-packages.sh"

unpack --with-needed systemd libsystemd-shared
# These links point to installed paths, and systemd-analyze warns about them.
find "$lock/root" -path '*/systemd/system/*' -type l -delete
units=$(dirname "$(find "$lock/root" -name sysinit.target)" | sed "s|^$lock|$dir|")
cat >"$lock/systemd-analyze" <<EOF
#!/bin/sh
export LD_LIBRARY_PATH="$(library_path)" SYSTEMD_UNIT_PATH="$units"
exec "$dir/root/usr/bin/systemd-analyze" "\$@"
EOF
chmod +x "$lock/systemd-analyze"
rm -rf "$dir/root"
mv "$lock/root" "$dir"
mv "$lock/systemd-analyze" "$dir"
