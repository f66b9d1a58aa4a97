# Records itself, then becomes the program: no moment passes in which the process runs without record.
# usage: launch.sh RECORDS SIGNAL NAME PROGRAM [ARGUMENT ...]
set -f
field() { printf %s "${20}"; }
read -r line <"/proc/$$/stat"
start=$(IFS=' '; field ${line##*) })
printf '%s %s %s %s\n' "$$" "$start" "$2" "$3" >"$1/$$" || exit 125
shift 3
exec "$@" </dev/null 2>&1
