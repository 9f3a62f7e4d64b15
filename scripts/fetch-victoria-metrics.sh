#!/bin/sh
# Fetches victoria-metrics and vmagent from the Debian (or Ubuntu) release into DIR/bin.
#
# Usage: fetch-victoria-metrics.sh [DIR]      (default: node_modules/.cache/victoria-metrics)
set -eu
dir=${1:-node_modules/.cache/victoria-metrics}
complete() { [ -x "$dir/bin/victoria-metrics" ] && [ -x "$dir/bin/vmagent" ]; }
. "$(dirname "$0")/debian-packages.sh"

unpack victoria-metrics
mv "$lock/root/usr/bin" "$dir/bin"
