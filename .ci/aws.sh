# Sourced with $work set, after moto.sh: puts a command aws first on PATH that runs the AWS CLI
# without loading it each time (scripts/loaded_aws.py). The process behind it ends when this
# script and its jobs have ended, because its standard input ends then.
python=$(python3 -c 'import sys; print(sys.executable)')
[ "$(command -v python3)" = "$python" ] || PATH=$(dirname "$python"):$PATH # python3 was a wrapper, which may change PATH
coproc loaded_aws { exec python3 scripts/loaded_aws.py "$work/aws"; }
read -r loaded_aws_folder <&"${loaded_aws[0]}"
if [ -n "$loaded_aws_folder" ]; then
	export PATH="$loaded_aws_folder:$PATH"
else
	echo 'aws is loaded by each of its runs: it is not a package of python3, and the jobs take longer'
fi
