#!/bin/sh
# Fetches prometheus, promtool, alertmanager and amtool from the Debian (or Ubuntu) release into DIR/bin.
#
# Usage: fetch-prometheus.sh [DIR]      (default: node_modules/.cache/prometheus)
set -eu
dir=${1:-node_modules/.cache/prometheus}
complete() {
  for tool in prometheus promtool alertmanager prometheus-alertmanager amtool; do
    [ -x "$dir/bin/$tool" ] || return 1
  done
}
. "$(dirname "$0")/debian-packages.sh"

unpack prometheus prometheus-alertmanager

# Debian's Alertmanager reads its templates from a fixed path, which does not exist here. Replace it with a
# path of the same length to the working directory, and change to it in a wrapper. The wrapper therefore
# needs absolute paths.
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
