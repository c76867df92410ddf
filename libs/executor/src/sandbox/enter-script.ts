/**
 * Joins the control groups named in `$1` (blank-separated) and becomes the rest of the arguments. Runs before rights are
 * dropped, because only then the group files are writable.
 */
export const JOIN_GROUPS_SCRIPT = `set -eu
for file in $1; do echo $$ > "$file"; done
shift
exec "$@"
`;

// Without -p a shell that starts in the very moment of the mapping sees two user ids and drops to the wrong one.
export const ID_MAP_SHELL = ['bash', '-p', '-c'];

/**
 * Waits until the ids of a fresh user namespace were mapped from outside, and forbids namespaces below it. Only the owner
 * of the namespace can lift that, and no process of the build keeps the right to.
 */
export const ID_MAP_WAIT = `set -eu
tries=0
until read -r mapped < /proc/self/uid_map && read -r mapped < /proc/self/gid_map; do
  tries=$((tries + 1))
  if [ "$tries" -gt 1000 ]; then echo 'no ids were mapped' >&2; exit 1; fi
  sleep 0.01
done
echo 0 > /proc/sys/user/max_user_namespaces
`;

/**
 * Runs inside the new user and mount namespace: lays the dependency files over the host's /usr, sets the limits that are
 * counted per process, and becomes bubblewrap. Arguments: lower directories (empty: no overlay), mount point, file with
 * bubblewrap's options (NUL-separated), file size limit, process limit, address space limit or \`unlimited\`, the file that
 * asks for a network (empty: none), then the command.
 */
export const BUILD_ROOT_SCRIPT = `set -eu
lower=$1 merged=$2 options=$3 fsize=$4 nproc=$5 space=$6 network=$7
shift 7
if [ -n "$lower" ]; then mount -t overlay -o "ro,lowerdir=$lower" overlay "$merged"; fi
if [ -n "$network" ]; then
  : > "$network"
  for try in $(seq 200); do if grep -q tap0: /proc/net/dev; then break; fi; sleep 0.05; done
  if ! grep -q tap0: /proc/net/dev; then
    echo 'This builder could not give the build its network: slirp4netns brought no interface within 10 s.' >&2
    exit 1
  fi
fi
exec prlimit --core=0 --fsize="$fsize" --nproc="$nproc" --as="$space" -- bwrap --args 3 -- "$@" 3<"$options"
`;

/**
 * Runs inside the sandbox as the parent of one phase: merges both streams, records where a command failed, and sources the
 * script given as `$1`. Functions and subshells inherit the trap; the last record is the one that ended the phase. The trap
 * does not see a shell that is told to exit, so `exit` is a function that records itself.
 */
export const PHASE_SCRIPT = `exec 2>&1
set -E
trap '{ printf "%s\\n%s\\n%s" "$?" "$LINENO" "$BASH_COMMAND" > /mason/status/failure; } 2> /dev/null' ERR
exit() {
  { set -- "\${1-$?}"; printf "%s\\n%s\\nexit %s" "$1" "\${BASH_LINENO[0]}" "$1" > /mason/status/failure; } 2> /dev/null
  builtin exit "$1"
}
: > /mason/status/started
cairn_script=$1
shift
. "$cairn_script"
`;

/**
 * The first process inside: it waits for the command and passes its exit code on. bubblewrap waits for this process itself,
 * and the kernel ends it only after every other process inside, so nothing of a finished command can touch its files any more.
 */
export const FIRST_PROCESS = [
  '/usr/bin/bash',
  '--noprofile',
  '--norc',
  '-c',
  '"$@"; exit $?',
  'cairn',
];
