# Sourced by the scripts that fetch programs of the Debian release. Nothing is installed: packages are
# downloaded and unpacked, without root and without the system's package lists. Several calls at once
# are fine: one fetches, the others wait for it.
#
# Expects $dir, where all is put, and `complete`, which says whether it is there. Then $lock is a folder
# to work in, which is gone at the end; `unpack PACKAGE...` fills $lock/root with the packages, `unpack
# --with-needed PACKAGE...` also with those they need and this machine lacks.
PATH=${PATH:-/usr/bin:/bin}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
lock="$dir/fetching"

complete && exit 0
for need in apt-get dpkg; do
  command -v "$need" >/dev/null || { echo "$0: no $need here" >&2; exit 1; }
done

[ -w "$dir" ] && { [ -d "$lock" ] || [ ! -e "$lock" ]; } ||
  { echo "$0: cannot make the folder $lock" >&2; exit 1; }
# mkdir is atomic: whoever makes the folder does the work, inside it.
until mkdir "$lock" 2>/dev/null; do
  sleep 1
  complete && exit 0
  # Each step of a fetch takes seconds; a lock untouched for 10 minutes was left by one that was killed.
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
    # What the machine has already is not downloaded again: apt knows it by the system's own records.
    apt install --yes --no-install-recommends --download-only "$@"
  fi
  # The packages themselves also where they are installed, which `apt install` leaves out.
  (cd "$lock/cache/archives" && apt download "$@")
  for package in "$lock"/cache/archives/*.deb; do
    dpkg -x "$package" "$lock/root"
  done
}

# Where the unpacked libraries will be, for LD_LIBRARY_PATH.
library_path() {
  find "$lock/root" -name '*.so*' -exec dirname {} + | sort -u | sed "s|^$lock|$dir|" | paste -sd :
}
