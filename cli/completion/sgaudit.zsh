#compdef sgaudit
# Completion of sgaudit for zsh: source <(sgaudit completion zsh)
# or write it to a file named _sgaudit in a folder of $fpath.
_sgaudit() {
	local line
	local -a candidates
	for line in "${(@f)$("${words[1]}" __complete "${(@)words[2,CURRENT-1]}" "=${words[CURRENT]}" 2>/dev/null)}"; do
		[[ -n $line ]] && candidates+=("${line%%$'\t'*}:${line#*$'\t'}")
	done
	if (( $#candidates )); then
		_describe sgaudit candidates
	else
		_files
	fi
}
if [[ ${funcstack[1]} == _sgaudit ]]; then
	_sgaudit "$@"
else
	compdef _sgaudit sgaudit
fi
