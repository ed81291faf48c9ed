# Sourced with $work set to an empty folder: runs jobs at the same time and keeps the
# output of each until it has ended. The job NAME is the function job_NAME.

declare -A job_of=() # the jobs that run, by process id
declare -A began=()  # when each began, in seconds since the start of the run

# begin NAME: starts a job, in a process group of its own.
begin() {
	began[$1]=$SECONDS
	set -m
	"job_$1" </dev/null >"$work/$1.out" 2>&1 &
	set +m
	job_of[$!]=$1
	printf '%s begins (after %d s)\n' "${1//_/ }" "$SECONDS"
}

# ended PID CODE: prints the output of a job. If it failed, stops the others and ends the run.
ended() {
	local name=${job_of[$1]}
	unset "job_of[$1]"
	printf '\n== %s (%d s)\n' "${name//_/ }" $((SECONDS - began[$name]))
	cat "$work/$name.out"
	[ "$2" = 0 ] && return
	printf '\n== %s failed with exit code %d\n' "${name//_/ }" "$2"
	stop_jobs
	exit "$2"
}

# one_ends waits until any job has ended. (wait -n misses one that ended before it was called.)
one_ends() {
	local pid code=0
	while :; do
		for pid in "${!job_of[@]}"; do
			kill -0 "$pid" 2>/dev/null && continue
			wait "$pid" || code=$?
			ended "$pid" "$code"
			return
		done
		sleep 0.1
	done
}

# side_by_side LANES NAME...: runs the jobs in this order, so many at a time.
side_by_side() {
	local lanes=$1 name
	shift
	for name in "$@"; do
		if [ ${#job_of[@]} -ge "$lanes" ]; then one_ends; fi
		begin "$name"
	done
	while [ ${#job_of[@]} -gt 0 ]; do one_ends; done
}

# stop_jobs ends the jobs that run, with the programs that they started.
stop_jobs() {
	local pid
	for pid in "${!job_of[@]}"; do
		kill -- "-$pid" 2>/dev/null || true
	done
	job_of=()
}
