# Ends every process of a run when the AppHost is gone. usage: supervisor.sh RECORDS MARK [DIRECTORY_TO_REMOVE]
# Standard input is a pipe whose other end only the AppHost holds, so end of file means that it ended, however it did.
# MARK is a NAME=VALUE that only processes of this run have in their environment.
# A record is a file named by the process id that holds: pid, start time, signal that asks for the end, name.
trap '' INT TERM HUP QUIT PIPE
# Nobody waits for the end of our output.
exec >/dev/null 2>&1
set -f
IFS=' '
records=$1
mark=$2
remove=${3-}

while read -r _; do :; done

# Sets state, session and start of a process; fails when it is gone.
look() {
    line=
    { read -r line <"/proc/$1/stat"; } 2>/dev/null
    [ -n "$line" ] || return 1
    # shellcheck disable=SC2086
    set -- ${line##*) }
    state=$1 session=$4 start=${20}
}

# A zombie has ended: only its parent has not looked yet.
alive() {
    look "$1" && [ "$start" = "$2" ] && [ "$state" != Z ]
}

# Calls a function with the fields of each record.
each() {
    set +f
    files=$(echo "$records"/[0-9]*)
    set -f
    for file in $files; do
        pid=
        { read -r pid began signal name <"$file"; } 2>/dev/null
        [ -n "$pid" ] && "$1" "$pid" "$began" "$signal"
    done
}

ask() { if alive "$1" "$2"; then kill "-$3" "$1" 2>/dev/null; fi; }

note_living() { if alive "$1" "$2"; then living=1; fi; }

# What is left of a session is killed, but not when the leader's id meanwhile belongs to another process.
sweep() {
    if look "$1" && [ "$start" != "$2" ]; then return; fi
    for member in $members; do
        if look "$member" && [ "$session" = "$1" ] && [ "$state" != Z ]; then kill -KILL "$member" 2>/dev/null; fi
    done
}

each ask
# Data that is thrown away need not be closed well.
if [ -n "$remove" ]; then limit=10; else limit=60; fi
tries=0
living=1
while [ -n "$living" ] && [ "$tries" -lt "$limit" ]; do
    living=
    each note_living
    [ -z "$living" ] || sleep 0.1
    tries=$((tries + 1))
done

set +f
members=$(cd /proc && echo [0-9]*)
set -f
each sweep
# What was started in the moment in which the AppHost was killed has no record yet.
set +f
for file in $(grep -lasF "$mark" /proc/[0-9]*/environ); do
    member=${file#/proc/}
    kill -KILL "${member%/environ}" 2>/dev/null
done
rm -rf "$records"
if [ -n "$remove" ]; then
    # Children of a killed server may still be writing.
    rm -rf "$remove" 2>/dev/null || { sleep 1; rm -rf "$remove"; }
fi
