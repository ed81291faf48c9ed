# Completion of sgaudit for fish: sgaudit completion fish | source
complete -c sgaudit -f -a '(sgaudit __complete (commandline -opc)[2..-1] "="(commandline -ct))'
complete -c sgaudit -l config -rF
complete -c sgaudit -l estate -rF
