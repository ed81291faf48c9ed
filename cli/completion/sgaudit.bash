# Completion of sgaudit for bash: source <(sgaudit completion bash)
_sgaudit() {
	local cur=${COMP_WORDS[COMP_CWORD]} IFS=$'\n'
	COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" __complete "${COMP_WORDS[@]:1:COMP_CWORD-1}" "=$cur" 2>/dev/null | cut -f 1)" -- "$cur"))
}
complete -o default -F _sgaudit sgaudit
