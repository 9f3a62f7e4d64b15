#!/bin/sh
# Puts prometheus, promtool, alertmanager and amtool of the Debian (or Ubuntu) release at hand into
# DIR/bin. Nothing is installed: the packages are downloaded and unpacked, without root and without
# the system's package lists. Several calls at once are fine: one fetches, the others wait for it.
#
# Usage: fetch-prometheus.sh [DIR]      (default: node_modules/.cache/prometheus)
set -eu
PATH=${PATH:-/usr/bin:/bin}

dir=${1:-node_modules/.cache/prometheus}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
lock="$dir/fetching"

complete() {
  for tool in prometheus promtool alertmanager prometheus-alertmanager amtool; do
    [ -x "$dir/bin/$tool" ] || return 1
  done
}

complete && exit 0
for need in apt-get dpkg; do
  command -v "$need" >/dev/null || { echo "fetch-prometheus: no $need here" >&2; exit 1; }
done

# mkdir is atomic: whoever makes the folder does the work, inside it.
until mkdir "$lock" 2>/dev/null; do
  sleep 1
  complete && exit 0
  # A fetch takes about 15 seconds; a lock of 5 minutes was left behind by one that was killed.
  [ -z "$(find "$lock" -maxdepth 0 -mmin +5 2>/dev/null)" ] || rm -rf "$lock"
done
trap 'rm -rf "$lock"' EXIT
trap 'exit 1' HUP INT TERM
complete && exit 0

mkdir -p "$lock/lists/partial" "$lock/cache/archives/partial" "$lock/root"
apt() {
  apt-get -qq -o Dir::State::Lists="$lock/lists" -o Dir::Cache="$lock/cache" \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@" >&2
}
apt update
(cd "$lock" && apt download prometheus prometheus-alertmanager)
for package in "$lock"/*.deb; do
  dpkg -x "$package" "$lock/root"
done

# Debian's Alertmanager reads its templates from a fixed path, which nobody has installed here. It is
# made to read them from the working directory (a path of the same length), by a wrapper that goes
# to them: give it absolute paths.
bin="$lock/root/usr/bin"
share="$lock/root/usr/share/prometheus/alertmanager"
cp "$share/default.tmpl" "$share/email.tmpl" "$bin"
LC_ALL=C sed -i 's#/usr/share/prometheus/alertmanager#./////////////////////////////////#g' \
  "$bin/prometheus-alertmanager"
cat >"$bin/alertmanager" <<'WRAPPER'
#!/bin/sh
cd "$(dirname "$0")" && exec ./prometheus-alertmanager "$@"
WRAPPER
chmod +x "$bin/alertmanager"

rm -rf "$dir/bin"
mv "$bin" "$dir/bin"
