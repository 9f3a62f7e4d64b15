# Sourced by the scripts that fetch programs from the Debian release. Packages are downloaded and unpacked
# but not installed, without root and without the system's package lists. Concurrent calls are safe: one
# fetches, the others wait.
#
# Expects $dir, the target folder, and a function `complete` that checks whether the target is complete.
# Provides $lock, a temporary folder; `unpack PACKAGE...`, which unpacks packages into $lock/root; and
# `unpack --with-needed PACKAGE...`, which includes dependencies that this machine lacks.
PATH=${PATH:-/usr/bin:/bin}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
lock="$dir/fetching"

complete && exit 0
for need in apt-get dpkg; do
  command -v "$need" >/dev/null || { echo "$0: $need not found" >&2; exit 1; }
done

[ -w "$dir" ] && { [ -d "$lock" ] || [ ! -e "$lock" ]; } ||
  { echo "$0: cannot create the folder $lock" >&2; exit 1; }
# mkdir is atomic: the process that creates the folder does the work.
until mkdir "$lock" 2>/dev/null; do
  sleep 1
  complete && exit 0
  # Each step takes seconds; a lock untouched for 10 minutes belongs to a killed process.
  [ -z "$(find "$lock" -maxdepth 0 -mmin +10 2>/dev/null)" ] || rm -rf "$lock"
done
trap 'rm -rf "$lock"' EXIT
trap 'exit 1' HUP INT TERM
complete && exit 0

mkdir -p "$lock/lists/partial" "$lock/cache/archives/partial" "$lock/root"
apt() {
  touch "$lock"
  apt-get -qq -o Dir::State::Lists="$lock/lists" -o Dir::Cache="$lock/cache" \
    -o APT::Sandbox::User= -o Debug::NoLocking=1 "$@" >&2
}

unpack() {
  apt update
  if [ "$1" = --with-needed ]; then
    shift
    # apt skips what is installed on the machine.
    apt install --yes --no-install-recommends --download-only "$@"
  fi
  # `apt install` skips installed packages, but the requested ones are always needed.
  (cd "$lock/cache/archives" && apt download "$@")
  for package in "$lock"/cache/archives/*.deb; do
    dpkg -x "$package" "$lock/root"
  done
}

# The final paths of the unpacked libraries, for LD_LIBRARY_PATH.
library_path() {
  find "$lock/root" -name '*.so*' -exec dirname {} + | sort -u | sed "s|^$lock|$dir|" | paste -sd :
}
