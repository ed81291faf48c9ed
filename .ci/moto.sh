# Sourced with $work set: puts moto and the AWS CLI within reach, installed into $work where
# they are missing. Sourced a second time, it finds what was installed.
if [ -x "$work/venv/bin/moto_server" ]; then
	export PATH="$work/venv/bin:$PATH"
elif [ -d "$work/python" ]; then
	export PYTHONPATH="$work/python" PATH="$work/python/bin:$PATH"
elif ! python3 -c 'import moto.server' 2>/dev/null || ! command -v aws >/dev/null; then
	if python3 -m venv "$work/venv"; then
		"$work/venv/bin/pip" install --quiet --no-compile 'moto[server]' awscli
		export PATH="$work/venv/bin:$PATH"
	else # a Python without ensurepip
		python3 -m pip install --quiet --no-compile --target "$work/python" 'moto[server]' awscli
		export PYTHONPATH="$work/python" PATH="$work/python/bin:$PATH"
	fi
fi
